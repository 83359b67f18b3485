// Weights of two types × the activations of a few tokens: rows of the first, then rows of the second. How rows are multiplied:
// snippets/multiply-rows.wgsl; the two formats come before this, each with its type's place behind its names.

override FIRST_ROWS: u32; // of the first type: no group of rows has both

@group(0) @binding(0) var<storage, read> quants_first: array<vec4u>; // (row, block)
@group(0) @binding(1) var<storage, read> scales_first: array<u32>;
@group(0) @binding(2) var<storage, read> quants_second: array<vec4u>; // (row, block)
@group(0) @binding(3) var<storage, read> scales_second: array<u32>;
@group(0) @binding(4) var<storage, read> x: array<array<vec4f, 8>>; // (token, INPUT_STRIDE)
@group(0) @binding(5) var<storage, read> norm_weight: array<vec4f>; // (column / 4)
@group(0) @binding(6) var<storage, read> bias: array<f32>; // (row)
@group(0) @binding(7) var<storage, read_write> y: array<f32>; // (token, OUTPUT_STRIDE)
@group(0) @binding(8) var<uniform> step: Step;

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  if (row < FIRST_ROWS) {
    return load_block_first(row, block);
  }
  return load_block_second(row - FIRST_ROWS, block);
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  if (row < FIRST_ROWS) {
    return dot_block_first(row, block, x, x_sum);
  }
  return dot_block_second(row - FIRST_ROWS, block, x, x_sum);
}

@compute @workgroup_size(LANES * LANE_GROUPS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  multiply_rows(workgroup, workgroups, local);
}
