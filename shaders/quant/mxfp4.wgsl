// MXFP4: 32 weights, w = 2^(e − 127) · value(q), q a float of four bits (E2M1).
//
// In the file, 17 bytes:   | e: u8 | 16 bytes; byte j holds element j (low nibble) and element j + 16 (high nibble) |
//   value                  0, 0.5, 1, 1.5, 2, 3, 4, 6 by the three low bits of q, negative where its top bit is set
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  e of four blocks a word, the first in the low byte; each row on its own word

// Half of 2^(e − 127), since `values` are doubled. No file has e = 255; for e = 0, which blocks of zeros have, this is 0.
fn load_scale(row: u32, block: u32) -> f32 {
  let exponent = (scales[row * SCALE_WORDS + block / 4u] >> ((block & 3u) * 8u)) & 255u;
  return 0.5 * bitcast<f32>(exponent << 23u);
}

// Doubled values: 0 … 4 are the low bits k themselves; from 4 on k & 3 is added, and 2 more for 7. No byte carries: each
// holds 16 more than its value, so 4 … 28.
fn values(word: u32) -> vec4f {
  let upper = ((word >> 2u) & 0x01010101u) * 3u;
  let seven = word & (word >> 1u) & (word >> 2u) & 0x01010101u;
  let magnitude = (word & 0x07070707u) + (word & upper) + (seven << 1u);
  let negative = ((word >> 3u) & 0x01010101u) * 15u;
  return vec4f(unpack4xU8(0x10101010u + magnitude - ((magnitude & negative) << 1u))) - 16.0;
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale * values(q.x),
    scale * values(q.y),
    scale * values(q.z),
    scale * values(q.w),
    scale * values(q.x >> 4u),
    scale * values(q.y >> 4u),
    scale * values(q.z >> 4u),
    scale * values(q.w >> 4u),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = quants[row * BLOCKS + block];
  let sum = values(q.x) * x[0] + values(q.y) * x[1] + values(q.z) * x[2] + values(q.w) * x[3]
    + values(q.x >> 4u) * x[4] + values(q.y >> 4u) * x[5] + values(q.z >> 4u) * x[6] + values(q.w >> 4u) * x[7];
  return load_scale(row, block) * (sum.x + sum.y + sum.z + sum.w);
}
