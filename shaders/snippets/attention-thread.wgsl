// One thread does one head of one token over one split: no barrier, which is what software adapters want.
// Neighbours do neighbouring heads, so that the heads of a group find k and v in the cache. Loops over columns start at
// an address, not at 0: unrolled, they would make a software driver compile for half a minute.

fn attend(workgroup: vec3u, grid: vec3u, local: u32) {
  let index = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
  let head = index % HEADS;
  let split = (index / HEADS) % split_count();
  let token = index / HEADS / split_count();
  if (token >= step.tokens) {
    return;
  }
  let kv_head = head / (HEADS / KV_HEADS);
  let begin = split_first(split);
  let visible = visible_positions(token, split);
  begin_thread(head, split);

  var sums: array<vec4f, COLUMNS>;
  var total = 0.0;
  var peak = LOWEST;
  var count = 0u;
  for (var first = hidden_positions(token, split); first < visible; first += count) {
    count = tile_length(begin + first, visible - first);
    let tile = cache_place(begin + first, kv_head) * COLUMNS;
    var scores: array<f32, TILE>;
    var tile_peak = peak;
    for (var t = 0u; t < count; t++) {
      let key = tile + t * COLUMNS;
      var products = vec4f();
      for (var at = key; at < key + COLUMNS; at++) {
        products += query(token, head, at - key) * vec4f(k_cache[at]);
      }
      scores[t] = capped(SCALE * (products.x + products.y + products.z + products.w));
      tile_peak = max(tile_peak, scores[t]);
    }
    let shrink = exp(peak - tile_peak);
    peak = tile_peak;
    total *= shrink;
    for (var t = 0u; t < count; t++) {
      scores[t] = exp(scores[t] - peak);
      total += scores[t];
    }
    for (var at = tile; at < tile + COLUMNS; at++) {
      var sum = shrink * sums[at - tile];
      for (var t = 0u; t < count; t++) {
        sum += scores[t] * vec4f(v_cache[at + t * COLUMNS]);
      }
      sums[at - tile] = sum;
    }
  }
  end_thread(split, &sums, &total, &peak);

  let start = partial_start(token, head, split);
  for (var at = start; at < start + COLUMNS; at++) {
    write_sum(start, at - start, sums[at - start]);
  }
  partials[start + COLUMNS * 4] = peak;
  partials[start + COLUMNS * 4 + 1] = total;
}
