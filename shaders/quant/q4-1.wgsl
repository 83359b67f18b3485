// Q4_1: 32 weights, w = d · q + m.
//
// In the file, 20 bytes:   | d: f16 | m: f16 | 16 bytes; byte j holds element j (low nibble) and j + 16 (high nibble) |
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  one word a block: d in the low half, m in the high half

fn load_scale(row: u32, block: u32) -> vec2f {
  return unpack2x16float(scales[row * SCALE_WORDS + block]);
}

fn low_codes(word: u32) -> vec4f {
  return vec4f(unpack4xU8(word & 0x0f0f0f0fu));
}

fn high_codes(word: u32) -> vec4f {
  return vec4f(unpack4xU8((word >> 4u) & 0x0f0f0f0fu));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.x * low_codes(q.x) + scale.y,
    scale.x * low_codes(q.y) + scale.y,
    scale.x * low_codes(q.z) + scale.y,
    scale.x * low_codes(q.w) + scale.y,
    scale.x * high_codes(q.x) + scale.y,
    scale.x * high_codes(q.y) + scale.y,
    scale.x * high_codes(q.z) + scale.y,
    scale.x * high_codes(q.w) + scale.y,
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  let sum = low_codes(q.x) * x[0] + low_codes(q.y) * x[1] + low_codes(q.z) * x[2] + low_codes(q.w) * x[3]
    + high_codes(q.x) * x[4] + high_codes(q.y) * x[5] + high_codes(q.z) * x[6] + high_codes(q.w) * x[7];
  return scale.x * (sum.x + sum.y + sum.z + sum.w) + scale.y * x_sum;
}
