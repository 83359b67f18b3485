// Four lanes leave their parts of q · k side by side in shared memory; after a barrier one thread adds each four.

var<workgroup> score_parts: array<f32, GROUP_HEADS * TILE * LANES>;

fn share_products(head: u32, shares: array<f32, QUAD_POSITIONS>, count: u32, quad: u32, lane: u32) {
  for (var i = 0u; i < QUAD_POSITIONS; i++) {
    score_parts[(head * TILE + quad + i * QUADS) * LANES + lane] = shares[i];
  }
}

fn settle_scores(count: u32, local: u32) {
  workgroupBarrier();
  for (var i = local; i < GROUP_HEADS * TILE; i += WORKGROUP_SIZE) {
    if (i % TILE < count) {
      let at = i * LANES;
      let score = capped(score_parts[at] + score_parts[at + 1] + score_parts[at + 2] + score_parts[at + 3]);
      scores[i] = score;
      atomicMax(&peaks[i / TILE], ordered_key(score));
    }
  }
}
