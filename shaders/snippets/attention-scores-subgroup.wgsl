// Four lanes add their parts of q · k with two swaps, and a subgroup finds its maximum before it touches shared memory.
// Every subgroup is a whole number of quads (WGSL: its size is at least 4). Counts on lanes being numbered as local
// invocations are, which WGSL leaves open for workgroups of one dimension and every implementation keeps.

fn share_products(head: u32, shares: array<f32, QUAD_POSITIONS>, count: u32, quad: u32, lane: u32) {
  var peak = LOWEST;
  for (var i = 0u; i < QUAD_POSITIONS; i++) {
    let position = quad + i * QUADS;
    let half = shares[i] + quadSwapX(shares[i]);
    let score = capped(half + quadSwapY(half));
    if (lane == 0) {
      scores[head * TILE + position] = score;
    }
    peak = max(peak, select(LOWEST, score, position < count));
  }
  let subgroup_peak = subgroupMax(peak);
  if (subgroupElect()) {
    atomicMax(&peaks[head], ordered_key(subgroup_peak));
  }
}

// Nothing is left to do: the scores are whole already.
fn settle_scores(count: u32, local: u32) {}
