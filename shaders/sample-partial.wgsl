// Draws a token by the Gumbel-max trick: the largest of  logit / temperature − ln E,  with E exponentially distributed and
// drawn anew for each token, is token i with probability softmax(logits / temperature)ᵢ. No sum, no second pass.
//
// A group of LANES lanes takes one part of the vocabulary and leaves its best candidate. At temperature 0 the score is the
// logit itself.

override VOCABULARY_SIZE: u32;
override LOGITS_STRIDE: u32;
override GROUPS: u32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;           // (sampled row, LOGITS_STRIDE)
@group(0) @binding(1) var<storage, read> threshold: array<f32>;        // (sampled row)
@group(0) @binding(2) var<storage, read_write> partials: array<vec2u>; // (sampled row, GROUPS): ordered key of the score, token id
@group(0) @binding(3) var<uniform> sampler: Sampler;
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let group = (workgroup.x * WORKGROUP_SIZE + local) / LANES;
  let lane = local % LANES;
  let part = (VOCABULARY_SIZE + GROUPS - 1) / GROUPS;
  let end = min((group + 1) * part, VOCABULARY_SIZE);
  let row = workgroup.y;
  let greedy = sampler.temperature <= 0.0;
  let least = threshold[row];

  var best = vec2u(0, 0xffffffffu);
  for (var token = group * part + lane; token < end; token += LANES) {
    let logit = finite(logits[row * LOGITS_STRIDE + token]);
    // Where no logit is a number, no token is chosen: its id says so.
    if (logit <= LOWEST) {
      continue;
    }
    var score = logit;
    if (!greedy) {
      if (logit < least) {
        continue;
      }
      score = logit / sampler.temperature - log(exponential(row, token));
    }
    let key = ordered_key(score);
    if (key > best.x) {
      best = vec2u(key, token);
    }
  }
  best = argmax(best);
  if (lane == 0 && group < GROUPS) {
    partials[row * GROUPS + group] = best;
  }
}

// An exponentially distributed number, the same for the same seed, place in the sequence and token on every device.
fn exponential(row: u32, token: u32) -> f32 {
  let uniform_bits = pcg3d(vec3u(sampler.seed, step.position + step.tokens - step.drafts + row, token));
  // Half a unit up, so never 0; 1 − 2⁻²⁴ at most, so never ln 0.
  let u = min((f32(uniform_bits) + 0.5) * 0x1p-32, 0x0.ffffffp0);
  // −ln(1 − u). Small results decide who wins: there the series is exact to 2⁻³⁰, where 1 − u would have lost its digits.
  return select(-log(1.0 - u), u + u * u * (0.5 + u / 3.0), u < 0.001);
}

// Jarzynski and Olano 2020, "Hash Functions for GPU Rendering", function pcg3d; its first component.
fn pcg3d(key: vec3u) -> u32 {
  var v = key * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16);
  v.x += v.y * v.z;
  return v.x;
}
