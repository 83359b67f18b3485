// Attention of each token over one split of what it sees. Queries are turned, and keys and values are in the cache, when
// this runs; what is done with them is in snippets/attend.wgsl.

override STRIDE: u32;

@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;           // (tokens, STRIDE / 4)
@group(0) @binding(1) var<storage, read> k_cache: array<vec4<real>>;  // (blocks, KV_HEADS, BLOCK, COLUMNS)
@group(0) @binding(2) var<storage, read> v_cache: array<vec4<real>>;  // (blocks, KV_HEADS, BLOCK, COLUMNS)
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;  // (tokens, HEADS, splits, COLUMNS · 4 + 2)
@group(0) @binding(4) var<uniform> step: Step;

fn query(token: u32, head: u32, column: u32) -> vec4f {
  return qkv[token * (STRIDE / 4) + head * COLUMNS + column];
}

fn begin_thread(head: u32, split: u32) {}

fn end_thread(split: u32, sums: ptr<function, array<vec4f, COLUMNS>>, total: ptr<function, f32>, peak: ptr<function, f32>) {}

fn begin_workgroup(kv_head: u32, split: u32, local: u32) {}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  attend(workgroup, grid, local);
}
