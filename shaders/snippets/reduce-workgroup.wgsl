// A sum over LANES lanes in two steps, for LANE_GROUPS of them at once: eight lanes add LANES / 8 values each, the first adds
// those eight. Fewer barriers than a tree, and barriers are what a short sum waits for. LANES is a multiple of 8.

var<workgroup> partials: array<Sum, LANES * LANE_GROUPS>;

fn reduce_add(value: Sum, local: u32) -> Sum {
  let lane = local % LANES;
  workgroupBarrier(); // the sum before this one has been read
  partials[local] = value;
  workgroupBarrier();
  var sum = value;
  if (lane < 8u) {
    for (var other = 8u; lane + other < LANES; other += 8u) {
      sum += partials[local + other];
    }
    partials[local] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    for (var other = 1u; other < 8u; other++) {
      sum += partials[local + other];
    }
  }
  return sum;
}

fn reduce_all(value: Sum, local: u32) -> Sum {
  let sum = reduce_add(value, local);
  if (local % LANES == 0u) {
    partials[local] = sum;
  }
  workgroupBarrier();
  return partials[local - local % LANES];
}
