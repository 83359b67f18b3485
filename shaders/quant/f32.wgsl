// F32 planes: 32 weights are eight vec4u of `quants`, one word a weight; `scales` is not read.

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let at = (row * BLOCKS + block) * VECTORS;
  return array<vec4f, 8>(
    bitcast<vec4f>(quants[at]),
    bitcast<vec4f>(quants[at + 1u]),
    bitcast<vec4f>(quants[at + 2u]),
    bitcast<vec4f>(quants[at + 3u]),
    bitcast<vec4f>(quants[at + 4u]),
    bitcast<vec4f>(quants[at + 5u]),
    bitcast<vec4f>(quants[at + 6u]),
    bitcast<vec4f>(quants[at + 7u]),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let w = load_block(row, block);
  let sum = w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + w[3] * x[3]
    + w[4] * x[4] + w[5] * x[5] + w[6] * x[6] + w[7] * x[7];
  return sum.x + sum.y + sum.z + sum.w;
}
