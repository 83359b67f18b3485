// Where a KV cache keeps a head of a position: blocks of BLOCK positions one after another, in each the heads one after
// another, in each of these its positions. The same as `cachePlace` in cache-layout.ts.

const BLOCK = 64u;

// In heads' lengths.
fn cache_place(position: u32, kv_head: u32) -> u32 {
  return (position / BLOCK * KV_HEADS + kv_head) * BLOCK + position % BLOCK;
}
