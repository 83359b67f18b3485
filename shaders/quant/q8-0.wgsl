// Q8_0: 32 weights, w = d · q.
//
// In the file, 34 bytes:   | d: f16 | 32 signed bytes |
// In the planes:           quants  two vec4u a block: the 32 bytes as they are
//                          scales  d of two blocks a word, the even block in the low half; each row on its own word

fn load_scale(row: u32, block: u32) -> f32 {
  let pair = unpack2x16float(scales[row * SCALE_WORDS + block / 2u]);
  return select(pair.x, pair.y, (block & 1u) == 1u);
}

fn codes(word: u32) -> vec4f {
  return vec4f(unpack4xI8(word));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let at = (row * BLOCKS + block) * VECTORS;
  let a = quants[at];
  let b = quants[at + 1u];
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale * codes(a.x),
    scale * codes(a.y),
    scale * codes(a.z),
    scale * codes(a.w),
    scale * codes(b.x),
    scale * codes(b.y),
    scale * codes(b.z),
    scale * codes(b.w),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let at = (row * BLOCKS + block) * VECTORS;
  let a = quants[at];
  let b = quants[at + 1u];
  let sum = codes(a.x) * x[0] + codes(a.y) * x[1] + codes(a.z) * x[2] + codes(a.w) * x[3]
    + codes(b.x) * x[4] + codes(b.y) * x[5] + codes(b.z) * x[6] + codes(b.w) * x[7];
  return load_scale(row, block) * (sum.x + sum.y + sum.z + sum.w);
}
