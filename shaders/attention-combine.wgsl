// Joins the splits of attention:  output = Σ exp(mₛ − M) · sumₛ / Σ exp(mₛ − M) · lₛ  with M = max mₛ. A sink is one score
// more, of the head and not of a position: it takes part in M and in the lower sum.
//
// One thread takes one value of one head of one token; the few maxima that its neighbours read too come from the cache.

override WORKGROUP_SIZE: u32;
override HEADS: u32;
override HEAD_DIM: u32;
override OUTPUT_STRIDE: u32;
override SINKS: bool;

@group(0) @binding(0) var<storage, read> partials: array<f32>;     // (tokens, HEADS, splits, HEAD_DIM + 2)
@group(0) @binding(1) var<storage, read> sinks: array<f32>;        // (HEADS), unread without SINKS
@group(0) @binding(2) var<storage, read_write> output: array<f32>; // (tokens, OUTPUT_STRIDE): (HEADS, HEAD_DIM)
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
  let dim = index % HEAD_DIM;
  let head = (index / HEAD_DIM) % HEADS;
  let token = index / HEAD_DIM / HEADS;
  if (token >= step.tokens) {
    return;
  }
  let splits = split_count();
  let row = HEAD_DIM + 2;
  let first = (token * HEADS + head) * splits * row;

  var peak = -3.4e38;
  for (var split = 0u; split < splits; split++) {
    peak = max(peak, partials[first + split * row + HEAD_DIM]);
  }
  var sum = 0.0;
  var total = 0.0;
  if (SINKS) {
    peak = max(peak, sinks[head]);
    total = exp(sinks[head] - peak);
  }
  for (var split = 0u; split < splits; split++) {
    let start = first + split * row;
    let weight = exp(partials[start + HEAD_DIM] - peak);
    sum += weight * partials[start + dim];
    total += weight * partials[start + HEAD_DIM + 1];
  }
  output[token * OUTPUT_STRIDE + head * HEAD_DIM + dim] = sum / total;
}
