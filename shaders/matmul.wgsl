// Weights × the activations of many tokens, by tiles of 64 rows × 64 tokens. How a tile is multiplied: snippets/tile.wgsl.

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (token, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> bias: array<f32>; // (row)
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (token, OUTPUT_STRIDE)
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let first_row = workgroup.x * TILE_ROWS;
  let first_token = workgroup.y * TILE_TOKENS;
  // Places past the end fetch the last row or token again; what they sum is not stored.
  let source_row = min(first_row + tile_slot(local), ROWS - 1u);
  let source_token = min(first_token + tile_slot(local), step.tokens - 1u);
  let sums = multiply_tile(local, source_row, source_token);
  for (var t = 0u; t < TOKENS; t++) {
    let token = first_token + tile_token(local, t);
    if (token < step.tokens) {
      let row = first_row + tile_row(local);
      finish_pair(token, row, sums[t][0].xy, 0.0);
      finish_pair(token, row + 16u, sums[t][0].zw, 0.0);
      finish_pair(token, row + 32u, sums[t][1].xy, 0.0);
      finish_pair(token, row + 48u, sums[t][1].zw, 0.0);
    }
  }
}
