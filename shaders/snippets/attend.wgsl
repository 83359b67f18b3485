// What the kernels of attention share, with the running maximum of Milakov and Gimelshein:
//   m = max s,  l = Σ exp(s − m),  sum = Σ exp(s − m) · v   with s = cap(SCALE · (q · k)), over the positions of a split.
//
// What a thread or a workgroup does is in `attend`: alone and without barriers (attention-thread), or one workgroup for all
// query heads that share a key head (attention-workgroup), so that k and v are read once for them all. Where queries come
// from, and what is to be done before, the kernel's text says: `query`, `begin_thread`, `end_thread`, `begin_workgroup`.

override HEADS: u32;
override KV_HEADS: u32;
override SCALE: f32;
override CAUSAL: bool; // a token sees nothing behind itself
override SOFTCAP: f32; // 0: none

const LOWEST = -3.4e38;

fn split_first(split: u32) -> u32 {
  return seen_first() + split * split_length();
}

// Positions of a split that a token finds in the cache; none where the split lies wholly past it.
fn visible_positions(token: u32, split: u32) -> u32 {
  let first = split_first(split);
  var end = step.position + step.tokens;
  if (CAUSAL) {
    end = step.position + token + 1;
  }
  return min(first + split_length(), max(first, end - FRESH)) - first;
}

// Positions at a split's start that lie before a token's window.
fn hidden_positions(token: u32, split: u32) -> u32 {
  let first = split_first(split);
  let end = step.position + token + 1;
  if (WINDOW == 0 || end <= first + WINDOW) {
    return 0;
  }
  return min(split_length(), end - WINDOW - first);
}

fn capped(score: f32) -> f32 {
  if (SOFTCAP > 0.0) {
    return softcapped(score, SOFTCAP);
  }
  return score;
}

// Positions of a tile that begins at one, of so many that are left: it ends with its block, so that its keys, and its
// values, lie side by side.
fn tile_length(position: u32, left: u32) -> u32 {
  return min(min(TILE, left), BLOCK - position % BLOCK);
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
