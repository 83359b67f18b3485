// Weights of each token's chosen experts × the token's activations. A pair is a token and one of its experts; the grid's
// third dimension is pairs. As in matvec, LANES lanes share a group of four rows and stride over its blocks of 32; with
// one lane there is no barrier, and a workgroup holds WORKGROUP groups.

override INPUT_STRIDE: u32; // blocks of 32 between two tokens of x
override OUTPUT_STRIDE: u32; // f32 between two pairs of y

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (expert, row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (token, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> routes: array<Route>; // (token, USED)
@group(0) @binding(4) var<storage, read> bias: array<f32>; // (expert of all shards, row)
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (token, USED, OUTPUT_STRIDE)
@group(0) @binding(6) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let flat = workgroup.y * workgroups.x + workgroup.x;
  let lane = select(local, 0u, LANES == 1u);
  let row = select(flat, flat * WORKGROUP + local, LANES == 1u) * 4u;
  let pair = workgroup.z;
  let token = pair / USED;
  let expert = routes[pair].expert;
  // A grid made for more tokens than the step has leaves pairs over; another shard has other experts.
  let runs = row < ROWS && token < step.tokens && is_here(expert);
  let rows = (expert - FIRST_EXPERT) * ROWS + four_rows(row);

  var sums = vec4f();
  // No early return: every lane must come to the barriers of the reduction.
  for (var block = lane; block < select(0u, BLOCKS, runs); block += LANES) {
    sums += dot_rows(rows, block, x[token * INPUT_STRIDE + block]);
  }
  let sum = reduce_add(sums, lane);
  if (lane == 0u && runs) {
    finish(pair, expert, row, sum.xy);
    finish(pair, expert, row + 2u, sum.zw);
  }
}
