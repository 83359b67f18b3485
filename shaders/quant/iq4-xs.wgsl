// IQ4_XS: 256 weights in eight blocks of 32, w = d · (scale − 32) · value(q).
//
// In the file, 136 bytes:  | d: f16 | 2 bytes of upper bits of scales | 4 bytes of their lower bits | 128 bytes of nibbles |
//   scale of block s       lower four bits: nibble s, upper two: pair s, both from the low end of the first byte up
//   nibbles                16 bytes a block; byte j holds element j (low nibble) and element j + 16 (high nibble)
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  two words a 256: the first eight bytes as they are

// d · (scale − 32), exact in f32.
fn load_scale(row: u32, block: u32) -> f32 {
  let at = row * SCALE_WORDS + (block / 8u) * 2u;
  let in_group = block & 7u;
  let first = scales[at];
  let scale = ((scales[at + 1u] >> (in_group * 4u)) & 15u) | (((first >> (16u + in_group * 2u)) & 3u) << 4u);
  return unpack2x16float(first).x * (f32(scale) - 32.0);
}

// 16 unevenly spaced values, {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}. A polynomial of the
// fourth degree in q − 7.5 comes within 0.44 of each; rounded, it is exact, and quicker than a table by far.
fn values(word: u32) -> vec4f {
  let t = vec4f(unpack4xU8(word & 0x0f0f0f0fu)) - 7.5;
  return round((((0.00158604 * t + 0.0786678) * t - 0.137193) * t + 11.51721) * t - 4.301249);
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
