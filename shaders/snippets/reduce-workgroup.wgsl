// A sum over LANES lanes in two steps: eight lanes add LANES / 8 values each, lane 0 adds those eight. Fewer barriers
// than a tree, and barriers are what a short sum waits for. LANES is a multiple of 8.

var<workgroup> partials: array<Sum, LANES>;

fn reduce_add(value: Sum, lane: u32) -> Sum {
  workgroupBarrier(); // the sum before this one has been read
  partials[lane] = value;
  workgroupBarrier();
  var sum = value;
  if (lane < 8u) {
    for (var other = lane + 8u; other < LANES; other += 8u) {
      sum += partials[other];
    }
    partials[lane] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    for (var other = 1u; other < 8u; other++) {
      sum += partials[other];
    }
  }
  return sum;
}
