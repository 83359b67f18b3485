// Rotary position embedding:  (a, b) → (a·cos − b·sin, a·sin + b·cos)  for each pair of a head's first ROTARY_DIM values.
//
// One thread takes two values of one head of one token. q turns in place and is scaled by its position, k turns on its way
// into the cache, v is copied.

override WORKGROUP_SIZE: u32;
override HEADS: u32;
override KV_HEADS: u32;
override HEAD_DIM: u32;
override ROTARY_DIM: u32;
override ADJACENT: bool; // pairs are (2i, 2i + 1), else (i, i + ROTARY_DIM / 2)
override STRIDE: u32;
override QUERY_BETA: f32; // 0: queries only turn
override ORIGINAL_CONTEXT_LENGTH: u32;

@group(0) @binding(0) var<storage, read_write> qkv: array<f32>;      // (tokens, STRIDE): [q heads | k heads | v heads]
@group(0) @binding(1) var<storage, read> table: array<vec2f>;        // (positions, ROTARY_DIM / 2): cos, sin
@group(0) @binding(2) var<storage, read_write> k_cache: array<real>; // (blocks, KV_HEADS, BLOCK, HEAD_DIM)
@group(0) @binding(3) var<storage, read_write> v_cache: array<real>; // (blocks, KV_HEADS, BLOCK, HEAD_DIM)
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
  let pair = index % (HEAD_DIM / 2);
  let head = (index / (HEAD_DIM / 2)) % (HEADS + 2 * KV_HEADS);
  let token = index / (HEAD_DIM / 2) / (HEADS + 2 * KV_HEADS);
  if (token >= step.tokens) {
    return;
  }
  let position = step.position + token;
  let is_value = head >= HEADS + KV_HEADS;
  let turns = !is_value && pair < ROTARY_DIM / 2;

  var first = 2 * pair;
  var second = first + 1;
  if (turns && !ADJACENT) {
    first = pair;
    second = pair + ROTARY_DIM / 2;
  }
  let source = token * STRIDE + head * HEAD_DIM;
  var a = qkv[source + first];
  var b = qkv[source + second];
  if (turns) {
    let angle = table[position * (ROTARY_DIM / 2) + pair];
    let turned = a * angle.x - b * angle.y;
    b = a * angle.y + b * angle.x;
    a = turned;
  }

  if (is_value) {
    let cached = cache_place(position, head - HEADS - KV_HEADS) * HEAD_DIM;
    v_cache[cached + first] = real(a);
    v_cache[cached + second] = real(b);
  } else if (head >= HEADS) {
    let cached = cache_place(position, head - HEADS) * HEAD_DIM;
    k_cache[cached + first] = real(a);
    k_cache[cached + second] = real(b);
  } else {
    let scale = 1.0 + QUERY_BETA * log(f32(1u + position / ORIGINAL_CONTEXT_LENGTH));
    qkv[source + first] = a * scale;
    qkv[source + second] = b * scale;
  }
}
