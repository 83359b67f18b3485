// A sum over LANES lanes: each subgroup adds its own, lane 0 adds the subgroups' sums. Right for subgroups of any size,
// larger than the workgroup too; it relies on lanes being dealt to subgroups in order, as every driver deals them.

var<workgroup> partials: array<Sum, LANES>;

fn reduce_add(value: Sum, lane: u32) -> Sum {
  var sum = subgroupAdd(value);
  let subgroup_lanes = subgroupAdd(1u);
  workgroupBarrier(); // the sum before this one has been read
  if (subgroupElect()) {
    partials[lane / subgroup_lanes] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    for (var other = 1u; other < LANES / subgroup_lanes; other++) {
      sum += partials[other];
    }
  }
  return sum;
}

fn reduce_all(value: Sum, lane: u32) -> Sum {
  let sum = reduce_add(value, lane);
  if (lane == 0u) {
    partials[0] = sum;
  }
  workgroupBarrier();
  return partials[0];
}
