// RMS norm. One workgroup of LANES lanes a token.

override EPSILON: f32;
override ADD: bool;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // (token, VECTORS)
@group(0) @binding(1) var<storage, read> weight: array<vec4f>; // (VECTORS)
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // (token, VECTORS)
@group(0) @binding(3) var<uniform> step: Step;

var<workgroup> scale: f32;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = workgroup.x;
  if (token >= step.tokens) {
    return;
  }
  var squares = vec4f();
  for (var i = lane; i < VECTORS; i += LANES) {
    let value = x[token * VECTORS + i];
    squares += value * value;
  }
  let sum = reduce_add(squares.x + squares.y + squares.z + squares.w, lane);
  if (lane == 0u) {
    scale = inverseSqrt(sum / f32(DIM) + EPSILON);
  }
  let factor = workgroupUniformLoad(&scale);
  for (var i = lane; i < VECTORS; i += LANES) {
    let normed = x[token * VECTORS + i] * factor * weight[i];
    if (ADD) {
      y[token * VECTORS + i] += normed;
    } else {
      y[token * VECTORS + i] = normed;
    }
  }
}
