// Four lanes add their parts of q · k with two swaps, and a subgroup finds its maximum before it touches shared memory.
// Every subgroup is a whole number of quads (WGSL: its size is at least 4). Counts on lanes being numbered as local
// invocations are, which WGSL leaves open for workgroups of one dimension and every implementation keeps.

fn share_product(head: u32, position: u32, product: f32, count: u32, lane: u32) {
  let half = product + quadSwapX(product);
  let score = half + quadSwapY(half);
  if (lane == 0) {
    scores[head * TILE + position] = score;
  }
  let peak = subgroupMax(select(LOWEST, score, position < count));
  if (subgroupElect()) {
    atomicMax(&peaks[head], ordered_key(peak));
  }
}

// Nothing is left to do: the scores are whole already.
fn settle_scores(count: u32, local: u32) {}
