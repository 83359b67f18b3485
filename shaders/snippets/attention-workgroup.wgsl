// One workgroup does GROUP_HEADS query heads of one key head, for one token over one split, a tile of positions at a time.
//   Scores: four lanes share a position, so that they read neighbouring parts of its key; each key is read once for all
//   heads. How the four agree, and where the maximum is found, is in attention-scores-subgroup or -workgroup.
//   Values: a thread keeps one column of the sum for every head, over every SLICES-th position; slices join at the end.

const LANES = 4u;
const QUADS = WORKGROUP_SIZE / LANES;
const QUAD_POSITIONS = TILE / QUADS;

const HALF_SLICES = (SLICES + 1) / 2;

var<workgroup> group_rows: array<vec4f, GROUP_HEADS * HALF_SLICES * COLUMNS>; // the queries, in the end sums of slices
var<workgroup> slice_totals: array<f32, GROUP_HEADS * HALF_SLICES>;
var<workgroup> scores: array<f32, GROUP_HEADS * TILE>;
var<workgroup> peaks: array<atomic<u32>, GROUP_HEADS>; // ordered keys, which only ever rise

fn attend(workgroup: vec3u, grid: vec3u, local: u32) {
  let group = HEADS / KV_HEADS;
  let chunks = (group + GROUP_HEADS - 1) / GROUP_HEADS;
  let kv_head = workgroup.x / chunks;
  let first_head = kv_head * group + workgroup.x % chunks * GROUP_HEADS;
  let heads = min(GROUP_HEADS, (kv_head + 1) * group - first_head);
  let split = workgroup.y;
  let token = workgroup.z;
  if (split >= split_count() || token >= step.tokens) {
    return;
  }
  begin_workgroup(kv_head, split, local);
  for (var i = local; i < GROUP_HEADS * COLUMNS; i += WORKGROUP_SIZE) {
    if (i < heads * COLUMNS) {
      group_rows[i] = SCALE * query(token, first_head + i / COLUMNS, i % COLUMNS);
    } else {
      group_rows[i] = vec4f();
    }
  }
  workgroupBarrier();

  let slice = local / COLUMNS;
  let column = local % COLUMNS;
  var sums: array<vec4f, GROUP_HEADS>;
  var totals: array<f32, GROUP_HEADS>;
  var seen_peaks: array<f32, GROUP_HEADS>;
  for (var head = 0u; head < GROUP_HEADS; head++) {
    seen_peaks[head] = LOWEST;
  }
  let begin = split_first(split);
  let visible = visible_positions(token, split);
  let hidden = hidden_positions(token, split);
  var count = 0u;
  for (var first = hidden; first < visible; first += count) {
    count = tile_length(begin + first, visible - first);
    let tile = cache_place(begin + first, kv_head) * COLUMNS;
    score_tile(tile, count, local);
    workgroupBarrier();
    for (var i = local; i < GROUP_HEADS * TILE; i += WORKGROUP_SIZE) {
      if (i % TILE < count) {
        scores[i] = exp(scores[i] - key_value(atomicLoad(&peaks[i / TILE])));
      }
    }
    workgroupBarrier();
    if (slice < SLICES) {
      for (var head = 0u; head < GROUP_HEADS; head++) {
        let peak = key_value(atomicLoad(&peaks[head]));
        let shrink = exp(seen_peaks[head] - peak);
        seen_peaks[head] = peak;
        sums[head] *= shrink;
        totals[head] *= shrink;
      }
      for (var t = slice; t < count; t += SLICES) {
        let value = vec4f(v_cache[tile + t * COLUMNS + column]);
        for (var head = 0u; head < GROUP_HEADS; head++) {
          let weight = scores[head * TILE + t];
          sums[head] += weight * value;
          totals[head] += weight;
        }
      }
    }
    workgroupBarrier();
  }

  // The upper half of the slices leaves its sums, the lower half adds them, until one slice has all.
  for (var remaining = SLICES; remaining > 1; remaining = (remaining + 1) / 2) {
    let half = (remaining + 1) / 2;
    if (slice >= half && slice < remaining) {
      for (var head = 0u; head < GROUP_HEADS; head++) {
        group_rows[(head * half + slice - half) * COLUMNS + column] = sums[head];
        if (column == 0) {
          slice_totals[head * half + slice - half] = totals[head];
        }
      }
    }
    workgroupBarrier();
    if (slice + half < remaining) {
      for (var head = 0u; head < GROUP_HEADS; head++) {
        sums[head] += group_rows[(head * half + slice) * COLUMNS + column];
        totals[head] += slice_totals[head * half + slice];
      }
    }
    workgroupBarrier();
  }
  if (slice == 0) {
    for (var head = 0u; head < GROUP_HEADS; head++) {
      let start = partial_start(token, first_head + head, split);
      if (head < heads) {
        write_sum(start, column, sums[head]);
      }
      if (head < heads && column == 0) {
        let peak = key_value(atomicLoad(&peaks[head]));
        partials[start + COLUMNS * 4] = select(LOWEST, peak, visible > hidden);
        partials[start + COLUMNS * 4 + 1] = totals[head];
      }
    }
  }
}

// Scores of a tile for every head, and their maximum. Positions past `count` read the last one again and are left out.
fn score_tile(tile: u32, count: u32, local: u32) {
  let lane = local % LANES;
  let quad = local / LANES;
  var products: array<f32, GROUP_HEADS * QUAD_POSITIONS>;
  for (var column = lane; column < COLUMNS; column += LANES) {
    var keys: array<vec4f, QUAD_POSITIONS>;
    for (var i = 0u; i < QUAD_POSITIONS; i++) {
      keys[i] = vec4f(k_cache[tile + min(quad + i * QUADS, count - 1) * COLUMNS + column]);
    }
    for (var head = 0u; head < GROUP_HEADS; head++) {
      let query = group_rows[head * COLUMNS + column];
      for (var i = 0u; i < QUAD_POSITIONS; i++) {
        products[head * QUAD_POSITIONS + i] += dot(query, keys[i]);
      }
    }
  }
  for (var head = 0u; head < GROUP_HEADS; head++) {
    var shares: array<f32, QUAD_POSITIONS>;
    for (var i = 0u; i < QUAD_POSITIONS; i++) {
      shares[i] = products[head * QUAD_POSITIONS + i];
    }
    share_products(head, shares, count, quad, lane);
  }
  settle_scores(count, local);
}
