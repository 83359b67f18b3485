// One thread does one head of one token over one split: no barrier, which is what software adapters want.
// Neighbours do neighbouring heads, so that the heads of a group find k and v in the cache.

fn attend(workgroup: vec3u, grid: vec3u, local: u32) {
  let index = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
  let head = index % HEADS;
  let split = (index / HEADS) % split_count();
  let token = index / HEADS / split_count();
  if (token >= step.tokens) {
    return;
  }
  let cached = cache_start(head / (HEADS / KV_HEADS), split);
  let visible = visible_positions(token, split);
  var query: array<vec4f, COLUMNS>;
  for (var column = 0u; column < COLUMNS; column++) {
    query[column] = SCALE * qkv[token * (STRIDE / 4) + head * COLUMNS + column];
  }

  var sums: array<vec4f, COLUMNS>;
  var total = 0.0;
  var peak = LOWEST;
  for (var first = 0u; first < visible; first += TILE) {
    let count = min(TILE, visible - first);
    let tile = cached + first * COLUMNS;
    var scores: array<f32, TILE>;
    var tile_peak = peak;
    for (var t = 0u; t < count; t++) {
      var score = 0.0;
      for (var column = 0u; column < COLUMNS; column++) {
        score += dot(query[column], vec4f(k_cache[tile + t * COLUMNS + column]));
      }
      scores[t] = score;
      tile_peak = max(tile_peak, score);
    }
    let shrink = exp(peak - tile_peak);
    peak = tile_peak;
    total *= shrink;
    for (var t = 0u; t < count; t++) {
      scores[t] = exp(scores[t] - peak);
      total += scores[t];
    }
    for (var column = 0u; column < COLUMNS; column++) {
      var sum = shrink * sums[column];
      for (var t = 0u; t < count; t++) {
        sum += scores[t] * vec4f(v_cache[tile + t * COLUMNS + column]);
      }
      sums[column] = sum;
    }
  }

  let start = partial_start(token, head, split);
  for (var column = 0u; column < COLUMNS; column++) {
    write_sum(start, column, sums[column]);
  }
  partials[start + COLUMNS * 4] = peak;
  partials[start + COLUMNS * 4 + 1] = total;
}
