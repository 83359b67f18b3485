// One lane has the whole sum already.

fn reduce_add(value: Sum, lane: u32) -> Sum {
  return value;
}

fn reduce_all(value: Sum, lane: u32) -> Sum {
  return value;
}
