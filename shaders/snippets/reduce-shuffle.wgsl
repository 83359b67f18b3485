// A sum over LANES lanes of one subgroup, by halves, with no barrier; every lane gets it. Only for subgroups of at least
// LANES lanes; it relies on lanes being dealt to subgroups in order, as every driver deals them.

fn reduce_add(value: Sum, lane: u32) -> Sum {
  var sum = value;
  for (var distance = LANES / 2u; distance > 0u; distance /= 2u) {
    sum += subgroupShuffleXor(sum, distance);
  }
  return sum;
}

fn reduce_all(value: Sum, lane: u32) -> Sum {
  return reduce_add(value, lane);
}
