// Blocks of 32 weights w = d · (q − 8), a nibble each: byte j of a vec4u of `quants` holds element j (low nibble) and
// element j + 16 (high nibble). The format's own part defines `load_scale(row, block) -> f32`, which is d.

// A nibble in the upper half of a signed byte, its top bit flipped, is 16 · (q − 8): no zero point is left to subtract.
fn low_codes(word: u32) -> vec4f {
  return vec4f(unpack4xI8(((word << 4u) & 0xf0f0f0f0u) ^ 0x80808080u));
}

fn high_codes(word: u32) -> vec4f {
  return vec4f(unpack4xI8((word & 0xf0f0f0f0u) ^ 0x80808080u));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block) * 0.0625;
  return array<vec4f, 8>(
    scale * low_codes(q.x),
    scale * low_codes(q.y),
    scale * low_codes(q.z),
    scale * low_codes(q.w),
    scale * high_codes(q.x),
    scale * high_codes(q.y),
    scale * high_codes(q.z),
    scale * high_codes(q.w),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = quants[row * BLOCKS + block];
  let sum = low_codes(q.x) * x[0] + low_codes(q.y) * x[1] + low_codes(q.z) * x[2] + low_codes(q.w) * x[3]
    + high_codes(q.x) * x[4] + high_codes(q.y) * x[5] + high_codes(q.z) * x[6] + high_codes(q.w) * x[7];
  return load_scale(row, block) * 0.0625 * (sum.x + sum.y + sum.z + sum.w);
}
