// The best of the candidates that sample-partial left becomes the next token of the sequence.
//
// One workgroup of LANES lanes for each sampled row.

override GROUPS: u32;

@group(0) @binding(0) var<storage, read> partials: array<vec2u>;    // (sampled row, GROUPS): ordered key of the score, token id
@group(0) @binding(1) var<storage, read_write> tokens: array<u32>;  // (context length)
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = workgroup.y;
  var best = vec2u(0, 0xffffffffu);
  for (var group = local; group < GROUPS; group += LANES) {
    let candidate = partials[row * GROUPS + group];
    if (candidate.x > best.x || (candidate.x == best.x && candidate.y < best.y)) {
      best = candidate;
    }
  }
  best = argmax(best);
  if (local == 0) {
    tokens[step.position + step.tokens - step.drafts + row] = best.y;
  }
}
