// TQ2_0: 256 weights in eight blocks of 32, w = d · (q − 1).
//
// In the file, 66 bytes:   | 64 bytes of bit pairs | d: f16 |
//   pairs                  each half of 128 has 32 bytes: byte l has elements l, l + 32, l + 64, l + 96 from the low end up
// In the planes:           quants  one vec4u two blocks, two words a block
//                          scales  d of two times 256 a word, the even one in the low half; each row on its own word
//   pairs                  byte b of a block's first word: elements b, b + 4, b + 8, b + 12 from the low end up; the
//                          second word likewise from element 16 on

fn load_scale(row: u32, block: u32) -> f32 {
  let pair = unpack2x16float(scales[row * SCALE_WORDS + block / 16u]);
  return select(pair.x, pair.y, (block & 8u) != 0u);
}

// The two words of pairs of a block.
fn load_pairs(row: u32, block: u32) -> vec2u {
  let q = quants[row * (BLOCKS / 2u) + block / 2u];
  return select(q.xy, q.zw, (block & 1u) == 1u);
}

fn codes(word: u32) -> vec4f {
  return vec4f(unpack4xU8(word & 0x03030303u));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_pairs(row, block);
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale * (codes(q.x) - 1.0),
    scale * (codes(q.x >> 2u) - 1.0),
    scale * (codes(q.x >> 4u) - 1.0),
    scale * (codes(q.x >> 6u) - 1.0),
    scale * (codes(q.y) - 1.0),
    scale * (codes(q.y >> 2u) - 1.0),
    scale * (codes(q.y >> 4u) - 1.0),
    scale * (codes(q.y >> 6u) - 1.0),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_pairs(row, block);
  let sum = codes(q.x) * x[0] + codes(q.x >> 2u) * x[1] + codes(q.x >> 4u) * x[2] + codes(q.x >> 6u) * x[3]
    + codes(q.y) * x[4] + codes(q.y >> 2u) * x[5] + codes(q.y >> 4u) * x[6] + codes(q.y >> 6u) * x[7];
  return load_scale(row, block) * (sum.x + sum.y + sum.z + sum.w - x_sum);
}
