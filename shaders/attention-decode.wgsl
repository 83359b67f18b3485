// Attention of one token over one split of what it sees, from q, k and v as the projections left them: heads are normed and
// turned here, and k and v go into the cache on the way, so that decode needs no kernels for that. Only the last split
// meets the token's own position. How that one gets its k and v is in snippets/fresh-thread or fresh-workgroup; what is
// done with them in snippets/attend.wgsl.

override NORM: bool;
override EPSILON: f32;
override ROTARY_DIM: u32;
override ADJACENT: bool; // pairs are (2i, 2i + 1), else (i, i + ROTARY_DIM / 2)
override QUERY_BETA: f32; // 0: queries only turn
override ORIGINAL_CONTEXT_LENGTH: u32;

@group(0) @binding(0) var<storage, read> qkv: array<f32>;                  // [q heads | k heads | v heads]
@group(0) @binding(1) var<storage, read> table: array<vec2f>;              // (positions, ROTARY_DIM / 2): cos, sin
@group(0) @binding(2) var<storage, read> norm_weight: array<f32>;          // (HEAD_DIM) of queries, (HEAD_DIM) of keys
@group(0) @binding(3) var<storage, read_write> k_cache: array<vec4<real>>; // (blocks, KV_HEADS, BLOCK, COLUMNS)
@group(0) @binding(4) var<storage, read_write> v_cache: array<vec4<real>>; // (blocks, KV_HEADS, BLOCK, COLUMNS)
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;       // (HEADS, splits, COLUMNS · 4 + 2)
@group(0) @binding(6) var<uniform> step: Step;

const HEAD_DIM = COLUMNS * 4;

// One value of a head that begins at `start` in qkv, normed with `scale` and a weight that begins at `first_weight`.
fn normed(start: u32, dim: u32, scale: f32, first_weight: u32) -> f32 {
  let value = qkv[start + dim];
  if (NORM) {
    return value * (scale * norm_weight[first_weight + dim]);
  }
  return value;
}

fn turned(start: u32, dim: u32, scale: f32, first_weight: u32) -> f32 {
  let own = normed(start, dim, scale, first_weight);
  if (dim >= ROTARY_DIM) {
    return own;
  }
  var leads = dim % 2 == 0;
  var pair = dim / 2;
  var partner = dim ^ 1;
  if (!ADJACENT) {
    leads = dim < ROTARY_DIM / 2;
    pair = select(dim - ROTARY_DIM / 2, dim, leads);
    partner = select(pair, pair + ROTARY_DIM / 2, leads);
  }
  let other = normed(start, partner, scale, first_weight);
  let angle = table[step.position * (ROTARY_DIM / 2) + pair];
  return own * angle.x + select(other, -other, leads) * angle.y;
}

fn turned_column(start: u32, column: u32, scale: f32, first_weight: u32) -> vec4f {
  let dim = column * 4;
  return vec4f(
    turned(start, dim, scale, first_weight),
    turned(start, dim + 1, scale, first_weight),
    turned(start, dim + 2, scale, first_weight),
    turned(start, dim + 3, scale, first_weight),
  );
}

fn query_column(head: u32, column: u32, scale: f32) -> vec4f {
  let sharpness = 1.0 + QUERY_BETA * log(f32(1 + step.position / ORIGINAL_CONTEXT_LENGTH));
  return sharpness * turned_column(head * HEAD_DIM, column, scale, 0);
}

// As the cache will give it back.
fn key_column(kv_head: u32, column: u32, scale: f32) -> vec4<real> {
  return vec4<real>(turned_column((HEADS + kv_head) * HEAD_DIM, column, scale, HEAD_DIM));
}

fn value_column(kv_head: u32, column: u32) -> vec4<real> {
  let at = (HEADS + KV_HEADS + kv_head) * HEAD_DIM + column * 4;
  return vec4<real>(vec4f(qkv[at], qkv[at + 1], qkv[at + 2], qkv[at + 3]));
}

// Where the token's own key and value belong.
fn fresh_start(kv_head: u32) -> u32 {
  return cache_place(step.position, kv_head) * COLUMNS;
}

fn is_last(split: u32) -> bool {
  return split + 1 == split_count();
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  attend(workgroup, grid, local);
}
