// IQ3_S and IQ3_XXS: 256 weights in eight blocks of 32, w = d · (2 · scale + 1) · value(q).
//
// In the files:            see iq3-s.repack.wgsl and iq3-xxs.repack.wgsl; both say a digit n = 0…7 and a sign for each weight
// In the planes:           quants  one vec4u a block, byte j holding elements j (low nibble) and j + 16 (high nibble)
//                          scales  two words a 256: d in the low half and `outer`, f16 too, in the high half; then the
//                                  blocks' scales, a nibble each, from the low end up
//   q                      8 + n, or 7 − n for a negative weight
//   value(q)               2q − 15, odd numbers from −15 to 15; the outermost two lie `outer` further out: 0 in IQ3_S,
//                          0.5 in IQ3_XXS, whose magnitudes are four times these: 4, 12, … 52, but 62

struct Scale {
  factor: f32,
  outer: f32,
}

fn load_scale(row: u32, block: u32) -> Scale {
  let at = row * SCALE_WORDS + (block / 8u) * 2u;
  let pair = unpack2x16float(scales[at]);
  let scale = (scales[at + 1u] >> ((block & 7u) * 4u)) & 15u;
  return Scale(pair.x * f32(2u * scale + 1u), pair.y);
}

fn values(word: u32, outer: f32) -> vec4f {
  let odd = 2.0 * vec4f(unpack4xU8(word & 0x0f0f0f0fu)) - 15.0;
  // ±15 · 0.07 alone has a whole part.
  return odd + outer * trunc(0.07 * odd);
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.factor * values(q.x, scale.outer),
    scale.factor * values(q.y, scale.outer),
    scale.factor * values(q.z, scale.outer),
    scale.factor * values(q.w, scale.outer),
    scale.factor * values(q.x >> 4u, scale.outer),
    scale.factor * values(q.y >> 4u, scale.outer),
    scale.factor * values(q.z >> 4u, scale.outer),
    scale.factor * values(q.w >> 4u, scale.outer),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  let outer = scale.outer;
  let sum = values(q.x, outer) * x[0] + values(q.y, outer) * x[1]
    + values(q.z, outer) * x[2] + values(q.w, outer) * x[3]
    + values(q.x >> 4u, outer) * x[4] + values(q.y >> 4u, outer) * x[5]
    + values(q.z >> 4u, outer) * x[6] + values(q.w >> 4u, outer) * x[7];
  return scale.factor * (sum.x + sum.y + sum.z + sum.w);
}
