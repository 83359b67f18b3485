// Q5_1: 32 weights, w = d · q + m.
//
// In the file, 24 bytes:   | d: f16 | m: f16 | 4 bytes of upper bits | 16 bytes of nibbles |
//   upper bits             bit j, counted from the low end of the first byte, is the top bit of element j
//   nibbles                byte j holds the low bits of element j (low nibble) and of element j + 16 (high nibble)
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  two words a block: d in the low half and m in the high half, then the upper bits
//   upper bits             byte b: elements b, b + 4, … b + 28 from the low end up

fn load_scale(row: u32, block: u32) -> vec2f {
  return unpack2x16float(scales[row * SCALE_WORDS + block * 2u]);
}

// `low` has nibbles in the low end and `upper` the top bit in bit 4 of their bytes; other bits are masked.
fn codes(low: u32, upper: u32) -> vec4f {
  return vec4f(unpack4xU8((low & 0x0f0f0f0fu) | (upper & 0x10101010u)));
}

fn load_codes(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let upper = scales[row * SCALE_WORDS + block * 2u + 1u];
  return array<vec4f, 8>(
    codes(q.x, upper << 4u),
    codes(q.y, upper << 3u),
    codes(q.z, upper << 2u),
    codes(q.w, upper << 1u),
    codes(q.x >> 4u, upper),
    codes(q.y >> 4u, upper >> 1u),
    codes(q.z >> 4u, upper >> 2u),
    codes(q.w >> 4u, upper >> 3u),
  );
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_codes(row, block);
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.x * q[0] + scale.y,
    scale.x * q[1] + scale.y,
    scale.x * q[2] + scale.y,
    scale.x * q[3] + scale.y,
    scale.x * q[4] + scale.y,
    scale.x * q[5] + scale.y,
    scale.x * q[6] + scale.y,
    scale.x * q[7] + scale.y,
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_codes(row, block);
  let scale = load_scale(row, block);
  let sum = q[0] * x[0] + q[1] * x[1] + q[2] * x[2] + q[3] * x[3]
    + q[4] * x[4] + q[5] * x[5] + q[6] * x[6] + q[7] * x[7];
  return scale.x * (sum.x + sum.y + sum.z + sum.w) + scale.y * x_sum;
}
