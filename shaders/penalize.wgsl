// Penalties on the logits of tokens in the last `penalty_window` places of the sequence:
//   logit > 0 ? logit / repetition : logit · repetition,  then − frequency · occurrences − presence.
//
// One workgroup for each row of logits; thread i looks at place i of the window and acts if no earlier place of it holds the same token, so that
// each distinct token is changed once, by one thread.

override VOCABULARY_SIZE: u32;
override LOGITS_STRIDE: u32;
override MAX_WINDOW: u32;

@group(0) @binding(0) var<storage, read> tokens: array<u32>;       // (context length)
@group(0) @binding(1) var<storage, read_write> logits: array<f32>; // (sampled row, LOGITS_STRIDE)
@group(0) @binding(2) var<uniform> sampler: Sampler;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(MAX_WINDOW)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = workgroup.y;
  let end = step.position + step.tokens - step.drafts + row;
  let window = min(min(sampler.penalty_window, MAX_WINDOW), end);
  if (local >= window) {
    return;
  }
  let token = tokens[end - window + local];
  var occurrences = 0u;
  for (var place = 0u; place < window; place++) {
    if (tokens[end - window + place] == token) {
      if (place < local) {
        return;
      }
      occurrences++;
    }
  }
  if (token >= VOCABULARY_SIZE) {
    return;
  }
  let at = row * LOGITS_STRIDE + token;
  let logit = logits[at];
  let repeated = select(logit * sampler.repetition_penalty, logit / sampler.repetition_penalty, logit > 0);
  logits[at] = repeated - sampler.frequency_penalty * f32(occurrences) - sampler.presence_penalty;
}
