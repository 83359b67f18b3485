// BF16 planes: 32 weights are four vec4u of `quants`, two weights a word, the first in the low half; `scales` is not
// read. A weight is the upper half of an f32, so that nothing of its range is lost.

fn unpack_weights(words: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(words.x << 16u, words.x & 0xffff0000u, words.y << 16u, words.y & 0xffff0000u));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let at = (row * BLOCKS + block) * VECTORS;
  let a = quants[at];
  let b = quants[at + 1u];
  let c = quants[at + 2u];
  let d = quants[at + 3u];
  return array<vec4f, 8>(
    unpack_weights(a.xy),
    unpack_weights(a.zw),
    unpack_weights(b.xy),
    unpack_weights(b.zw),
    unpack_weights(c.xy),
    unpack_weights(c.zw),
    unpack_weights(d.xy),
    unpack_weights(d.zw),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let w = load_block(row, block);
  let sum = w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + w[3] * x[3]
    + w[4] * x[4] + w[5] * x[5] + w[6] * x[6] + w[7] * x[7];
  return sum.x + sum.y + sum.z + sum.w;
}
