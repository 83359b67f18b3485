// A workgroup has all query heads of one key head. In the last split it writes the token's own key and value to the cache,
// and reads them from there like any other after a barrier; no other workgroup reads them in this dispatch.

// A row of lanes for each query head of the group and one for its key head: the group has 8 query heads at most.
const NORM_ROWS = 16u;
const NORM_LANES = WORKGROUP_SIZE / NORM_ROWS;

var<workgroup> squares: array<f32, WORKGROUP_SIZE>; // (NORM_ROWS, NORM_LANES)

fn norm_scale(row: u32) -> f32 {
  if (!NORM) {
    return 1.0;
  }
  var sum = 0.0;
  for (var lane = 0u; lane < NORM_LANES; lane++) {
    sum += squares[row * NORM_LANES + lane];
  }
  return inverseSqrt(sum / f32(HEAD_DIM) + EPSILON);
}

fn begin_workgroup(kv_head: u32, split: u32, local: u32) {
  if (NORM) {
    let row = local / NORM_LANES;
    let head = select(kv_head * GROUP_HEADS + row, HEADS + kv_head, row == GROUP_HEADS);
    var sum = 0.0;
    if (row <= GROUP_HEADS) {
      for (var dim = local % NORM_LANES; dim < HEAD_DIM; dim += NORM_LANES) {
        let value = qkv[head * HEAD_DIM + dim];
        sum += value * value;
      }
    }
    squares[local] = sum;
    workgroupBarrier();
  }
  if (is_last(split)) {
    let scale = norm_scale(GROUP_HEADS);
    let cached = fresh_start(kv_head);
    for (var column = local; column < COLUMNS; column += WORKGROUP_SIZE) {
      k_cache[cached + column] = key_column(kv_head, column, scale);
      v_cache[cached + column] = value_column(kv_head, column);
    }
  }
  storageBarrier();
}

fn query(token: u32, head: u32, column: u32) -> vec4f {
  return query_column(head, column, norm_scale(head % GROUP_HEADS));
}

fn begin_thread(head: u32, split: u32) {}

fn end_thread(split: u32, sums: ptr<function, array<vec4f, COLUMNS>>, total: ptr<function, f32>, peak: ptr<function, f32>) {}
