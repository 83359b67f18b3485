// RMS or layer norm of the segments at the start of each row, in place: first those of the queries, then those of the keys.
// A segment is one head, or all of them. One workgroup of LANES lanes a segment of a token.

override QUERIES: u32; // segments
override QUERY_LENGTH: u32;
override KEY_LENGTH: u32;
override STRIDE: u32;
override EPSILON: f32;
override CENTERED: bool; // the mean is taken away
override OWN_WEIGHTS: bool; // of each segment

@group(0) @binding(0) var<storage, read_write> x: array<f32>; // (token, STRIDE)
@group(0) @binding(1) var<storage, read> weight: array<f32>; // ([QUERIES,] QUERY_LENGTH), then ([keys,] KEY_LENGTH)
@group(0) @binding(2) var<uniform> step: Step;

var<workgroup> mean: f32;
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
  if (OWN_WEIGHTS) {
    first_weight = start - token * STRIDE;
  }
  var middle = 0.0;
  if (CENTERED) {
    var values = 0.0;
    for (var i = lane; i < length; i += LANES) {
      values += x[start + i];
    }
    let total = reduce_add(values, lane);
    if (lane == 0u) {
      mean = total / f32(length);
    }
    middle = workgroupUniformLoad(&mean);
  }
  var squares = 0.0;
  for (var i = lane; i < length; i += LANES) {
    squares += (x[start + i] - middle) * (x[start + i] - middle);
  }
  let sum = reduce_add(squares, lane);
  if (lane == 0u) {
    scale = inverseSqrt(sum / f32(length) + EPSILON);
  }
  let factor = workgroupUniformLoad(&scale);
  for (var i = lane; i < length; i += LANES) {
    x[start + i] = (x[start + i] - middle) * factor * weight[first_weight + i];
  }
}
