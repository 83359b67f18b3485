// Logits of tokens that may not come next become the lowest number, which sampling takes for no choice at all.
//
// A bit for each token, 32 to a word, the lowest first. One thread a token.

override VOCABULARY_SIZE: u32;

@group(0) @binding(0) var<storage, read> mask: array<u32>;         // (⌈VOCABULARY_SIZE / 32⌉)
@group(0) @binding(1) var<storage, read_write> logits: array<f32>; // (1, VOCABULARY_SIZE)

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let token = workgroup.x * WORKGROUP_SIZE + local;
  if (token < VOCABULARY_SIZE && ((mask[token / 32] >> (token % 32)) & 1) == 0) {
    logits[token] = LOWEST;
  }
}
