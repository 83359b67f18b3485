// Weights of one type × the activations of a few tokens. How: snippets/multiply-rows.wgsl.

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (token, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> norm_weight: array<vec4f>; // (column / 4)
@group(0) @binding(4) var<storage, read> bias: array<f32>; // (row)
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (token, OUTPUT_STRIDE)
@group(0) @binding(6) var<uniform> step: Step;

@compute @workgroup_size(LANES * LANE_GROUPS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  multiply_rows(workgroup, workgroups, local);
}
