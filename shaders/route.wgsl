// Chooses the experts of each token: the USED largest logits, larger first, of equal ones the lower index.
//
// One workgroup of LANES lanes a token. No sort and no repeated search: a lane ranks its own experts, each against all
// others, and there are a few hundred at most. A logit that is no number leaves places empty: they name expert 0 with
// weight 0, and no index is ever out of range.

override EXPERTS: u32;
override STRIDE: u32; // floats between two tokens of logits
override WEIGHTS: u32;
override SCALE: f32;

const SOFTMAX: u32 = 0u;
const SOFTMAX_OF_CHOSEN: u32 = 1u;
const SIGMOID: u32 = 2u;

@group(0) @binding(0) var<storage, read> logits: array<f32>; // (token, STRIDE)
@group(0) @binding(1) var<storage, read_write> routes: array<Route>; // (token, USED)
@group(0) @binding(2) var<uniform> step: Step;

var<workgroup> chosen: array<Route, USED>;
var<workgroup> factor: f32;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = workgroup.x;
  if (token >= step.tokens) {
    return;
  }
  let first = token * STRIDE;
  var peak = logits[first];
  for (var expert = 1u; expert < EXPERTS; expert++) {
    peak = max(peak, logits[first + expert]);
  }
  var sum = 0.0;
  for (var expert = lane; expert < EXPERTS; expert += LANES) {
    let logit = logits[first + expert];
    var rank = 0u;
    for (var other = 0u; other < EXPERTS; other++) {
      let against = logits[first + other];
      rank += u32(against > logit || (against == logit && other < expert));
    }
    var weight = exp(logit - peak);
    if (rank < USED || WEIGHTS == SOFTMAX) {
      sum += weight;
    }
    if (WEIGHTS == SIGMOID) {
      weight = 1.0 / (1.0 + exp(-logit));
    }
    if (rank < USED) {
      chosen[rank] = Route(expert, weight);
    }
  }
  let whole = reduce_add(sum, lane);
  if (lane == 0u) {
    factor = select(SCALE / whole, SCALE, WEIGHTS == SIGMOID);
  }
  let scale = workgroupUniformLoad(&factor);
  for (var slot = lane; slot < USED; slot += LANES) {
    let route = chosen[slot];
    routes[token * USED + slot] = Route(route.expert, scale * route.weight);
  }
}
