// The best of the candidates that sample-partial left becomes the next token of the sequence.
//
// One workgroup of LANES lanes.

override GROUPS: u32;

@group(0) @binding(0) var<storage, read> partials: array<vec2u>;    // (GROUPS): ordered key of the score, token id
@group(0) @binding(1) var<storage, read_write> tokens: array<u32>;  // (context length)
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) local: u32) {
  var best = vec2u(0, 0xffffffffu);
  for (var group = local; group < GROUPS; group += LANES) {
    let candidate = partials[group];
    if (candidate.x > best.x || (candidate.x == best.x && candidate.y < best.y)) {
      best = candidate;
    }
  }
  best = argmax(best);
  if (local == 0) {
    tokens[step.position + step.tokens] = best.y;
  }
}
