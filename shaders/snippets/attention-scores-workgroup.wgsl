// Four lanes leave their parts of q · k side by side in shared memory; after a barrier one thread adds each four.

var<workgroup> products: array<f32, GROUP_HEADS * TILE * LANES>;

fn share_product(head: u32, position: u32, product: f32, count: u32, lane: u32) {
  products[(head * TILE + position) * LANES + lane] = product;
}

fn settle_scores(count: u32, local: u32) {
  workgroupBarrier();
  for (var i = local; i < GROUP_HEADS * TILE; i += WORKGROUP_SIZE) {
    if (i % TILE < count) {
      let at = i * LANES;
      let score = products[at] + products[at + 1] + products[at + 2] + products[at + 3];
      scores[i] = score;
      atomicMax(&peaks[i / TILE], ordered_key(score));
    }
  }
}
