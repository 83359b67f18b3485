// Layer norm. One workgroup of LANES lanes a token; the variance is summed around the mean, so that a large mean costs
// no precision.

override EPSILON: f32;

@group(0) @binding(0) var<storage, read> x: array<f32>; // (token, STRIDE)
@group(0) @binding(1) var<storage, read> weight: array<f32>; // (DIM)
@group(0) @binding(2) var<storage, read> bias: array<f32>; // (DIM)
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // (token, STRIDE)
@group(0) @binding(4) var<uniform> step: Step;

var<workgroup> mean: f32;
var<workgroup> scale: f32;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = workgroup.x;
  if (token >= step.tokens) {
    return;
  }
  let start = token * STRIDE;
  var values = 0.0;
  for (var i = lane; i < DIM; i += LANES) {
    values += x[start + i];
  }
  let sum = reduce_add(values, lane);
  if (lane == 0u) {
    mean = sum / f32(DIM);
  }
  let middle = workgroupUniformLoad(&mean);
  var squares = 0.0;
  for (var i = lane; i < DIM; i += LANES) {
    squares += (x[start + i] - middle) * (x[start + i] - middle);
  }
  let square_sum = reduce_add(squares, lane);
  if (lane == 0u) {
    scale = inverseSqrt(square_sum / f32(DIM) + EPSILON);
  }
  let factor = workgroupUniformLoad(&scale);
  for (var i = lane; i < DIM; i += LANES) {
    y[start + i] = (x[start + i] - middle) * factor * weight[i] + bias[i];
  }
}
