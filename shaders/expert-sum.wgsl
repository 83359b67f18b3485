// y += the weighted sum of what each token's chosen experts make of their activations: the last layer of experts, and
// their sum, in one. LANES lanes share a group of four rows and stride over the blocks of 32 of all chosen experts, as if
// they were one long row; with one lane there is no barrier, and a workgroup holds WORKGROUP groups.

override INPUT_STRIDE: u32; // blocks of 32 between two pairs of x
override OUTPUT_STRIDE: u32; // f32 between two tokens of y
override BIAS: bool;

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (expert, row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (token, USED, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> routes: array<Route>; // (token, USED)
@group(0) @binding(4) var<storage, read> bias: array<f32>; // (expert of all shards, row)
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (token, OUTPUT_STRIDE)
@group(0) @binding(6) var<uniform> step: Step;

fn add_row(token: u32, row: u32, sum: f32) {
  if (row < ROWS) {
    y[token * OUTPUT_STRIDE + row] += sum;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let flat = workgroup.y * workgroups.x + workgroup.x;
  let lane = select(local, 0u, LANES == 1u);
  let row = select(flat, flat * WORKGROUP + local, LANES == 1u) * 4u;
  let token = workgroup.z;
  // A grid made for more tokens than the step has leaves some over.
  let runs = row < ROWS && token < step.tokens;
  let rows = four_rows(row);

  var sums = vec4f();
  // No early return: every lane must come to the barriers of the reduction.
  for (var i = lane; i < select(0u, USED * BLOCKS, runs); i += LANES) {
    let pair = token * USED + i / BLOCKS;
    let block = i % BLOCKS;
    let route = routes[pair];
    if (is_here(route.expert)) {
      var part = dot_rows((route.expert - FIRST_EXPERT) * ROWS + rows, block, x[pair * INPUT_STRIDE + block]);
      // Counted with the first block: a loop of its own, unrolled, makes lavapipe compile several times as long.
      if (BIAS && block == 0u) {
        let at = route.expert * ROWS + rows;
        part += vec4f(bias[at.x], bias[at.y], bias[at.z], bias[at.w]);
      }
      sums += route.weight * part;
    }
  }
  let sum = reduce_add(sums, lane);
  if (lane == 0u && runs) {
    add_row(token, row, sum.x);
    add_row(token, row + 1u, sum.y);
    add_row(token, row + 2u, sum.z);
    add_row(token, row + 3u, sum.w);
  }
}
