// RMS norm of the segments at the start of each row, in place: first those of the queries, then those of the keys. A
// segment is one head, or all of them. One workgroup of LANES lanes a segment of a token.

override QUERIES: u32; // segments
override QUERY_LENGTH: u32;
override KEY_LENGTH: u32;
override STRIDE: u32;
override EPSILON: f32;

@group(0) @binding(0) var<storage, read_write> x: array<f32>; // (token, STRIDE)
@group(0) @binding(1) var<storage, read> weight: array<f32>; // (QUERY_LENGTH), then (KEY_LENGTH)
@group(0) @binding(2) var<uniform> step: Step;

var<workgroup> scale: f32;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let segment = workgroup.x;
  let token = workgroup.y;
  if (token >= step.tokens) {
    return;
  }
  var length = QUERY_LENGTH;
  var start = token * STRIDE + segment * QUERY_LENGTH;
  var first_weight = 0u;
  if (segment >= QUERIES) {
    length = KEY_LENGTH;
    start = token * STRIDE + QUERIES * QUERY_LENGTH + (segment - QUERIES) * KEY_LENGTH;
    first_weight = QUERY_LENGTH;
  }
  var squares = 0.0;
  for (var i = lane; i < length; i += LANES) {
    squares += x[start + i] * x[start + i];
  }
  let sum = reduce_add(squares, lane);
  if (lane == 0u) {
    scale = inverseSqrt(sum / f32(length) + EPSILON);
  }
  let factor = workgroupUniformLoad(&scale);
  for (var i = lane; i < length; i += LANES) {
    x[start + i] *= factor * weight[first_weight + i];
  }
}
