// Attention of each token over one split of the sequence, with the running maximum of Milakov and Gimelshein:
//   m = max s,  l = Σ exp(s − m),  sum = Σ exp(s − m) · v   with s = cap(SCALE · (q · k)), over the positions of the split.
//
// What a thread or a workgroup does is in a snippet, `attend`: alone and without barriers (attention-thread), or one
// workgroup for all query heads that share a key head (attention-workgroup), so that k and v are read once for them all.

override HEADS: u32;
override KV_HEADS: u32;
override CONTEXT_LENGTH: u32;
override STRIDE: u32;
override SPLIT_LENGTH: u32;
override SCALE: f32;
override CAUSAL: bool; // a token sees nothing behind itself
override WINDOW: u32; // positions that a token sees, its own included; 0: all
override SOFTCAP: f32; // 0: none

const LOWEST = -3.4e38;

@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;           // (tokens, STRIDE / 4)
@group(0) @binding(1) var<storage, read> k_cache: array<vec4<real>>;  // (KV_HEADS, CONTEXT_LENGTH, COLUMNS)
@group(0) @binding(2) var<storage, read> v_cache: array<vec4<real>>;  // (KV_HEADS, CONTEXT_LENGTH, COLUMNS)
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;  // (tokens, HEADS, splits, COLUMNS · 4 + 2)
@group(0) @binding(4) var<uniform> step: Step;

fn split_count() -> u32 {
  return (step.position + step.tokens + SPLIT_LENGTH - 1) / SPLIT_LENGTH;
}

// Positions of a split that a token may look at; none where the split lies wholly past it.
fn visible_positions(token: u32, split: u32) -> u32 {
  let first = split * SPLIT_LENGTH;
  var end = step.position + step.tokens;
  if (CAUSAL) {
    end = step.position + token + 1;
  }
  return min(first + SPLIT_LENGTH, max(first, end)) - first;
}

// Positions at a split's start that lie before a token's window.
fn hidden_positions(token: u32, split: u32) -> u32 {
  let first = split * SPLIT_LENGTH;
  let end = step.position + token + 1;
  if (WINDOW == 0 || end <= first + WINDOW) {
    return 0;
  }
  return min(SPLIT_LENGTH, end - WINDOW - first);
}

fn capped(score: f32) -> f32 {
  if (SOFTCAP > 0.0) {
    return softcapped(score, SOFTCAP);
  }
  return score;
}

// Where a split of a kv head starts in the caches.
fn cache_start(kv_head: u32, split: u32) -> u32 {
  return (kv_head * CONTEXT_LENGTH + split * SPLIT_LENGTH) * COLUMNS;
}

fn partial_start(token: u32, head: u32, split: u32) -> u32 {
  return ((token * HEADS + head) * split_count() + split) * (COLUMNS * 4 + 2);
}

fn write_sum(start: u32, column: u32, sum: vec4f) {
  let at = start + column * 4;
  partials[at] = sum.x;
  partials[at + 1] = sum.y;
  partials[at + 2] = sum.z;
  partials[at + 3] = sum.w;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  attend(workgroup, grid, local);
}
