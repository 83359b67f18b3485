// Adds to each token what its experts made of it, each by its weight. A thread does four neighbouring values.

override WORKGROUP_SIZE: u32;
override USED: u32;
override STRIDE: u32; // vec4f between two rows of z, and of y

@group(0) @binding(0) var<storage, read> z: array<vec4f>; // (token, USED, STRIDE)
@group(0) @binding(1) var<storage, read> routes: array<Route>; // (token, USED)
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // (token, STRIDE)
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
  let token = index / STRIDE;
  let column = index % STRIDE;
  if (token >= step.tokens) {
    return;
  }
  var sum = vec4f();
  for (var pair = token * USED; pair < (token + 1u) * USED; pair++) {
    sum += routes[pair].weight * z[pair * STRIDE + column];
  }
  y[index] += sum;
}
