// A thread has its query to itself, and in the last split the token's own key and value too: none of its neighbours could
// read them from the cache without a barrier. The first head of a group writes them there.
//
// Loops begin at an address that only the step knows: unrolled, they would make a software driver compile for long.

var<private> fresh_query: array<vec4f, COLUMNS>;
var<private> fresh_key: array<vec4f, COLUMNS>;
var<private> fresh_value: array<vec4f, COLUMNS>;

fn norm_scale(start: u32) -> f32 {
  if (!NORM) {
    return 1.0;
  }
  var squares = 0.0;
  for (var at = start; at < start + HEAD_DIM; at++) {
    squares += qkv[at] * qkv[at];
  }
  return inverseSqrt(squares / f32(HEAD_DIM) + EPSILON);
}

fn query(token: u32, head: u32, column: u32) -> vec4f {
  return fresh_query[column];
}

fn begin_thread(head: u32, split: u32) {
  let start = head * COLUMNS;
  let query_scale = norm_scale(head * HEAD_DIM);
  for (var at = start; at < start + COLUMNS; at++) {
    fresh_query[at - start] = query_column(head, at - start, query_scale);
  }
  if (!is_last(split)) {
    return;
  }
  let group = HEADS / KV_HEADS;
  let kv_head = head / group;
  let key_scale = norm_scale((HEADS + kv_head) * HEAD_DIM);
  let cached = fresh_start(kv_head);
  for (var at = cached; at < cached + COLUMNS; at++) {
    let key = key_column(kv_head, at - cached, key_scale);
    let value = value_column(kv_head, at - cached);
    fresh_key[at - cached] = vec4f(key);
    fresh_value[at - cached] = vec4f(value);
    if (head % group == 0) {
      k_cache[at] = key;
      v_cache[at] = value;
    }
  }
}

// The token's own position joins what the cache had.
fn end_thread(split: u32, sums: ptr<function, array<vec4f, COLUMNS>>, total: ptr<function, f32>, peak: ptr<function, f32>) {
  if (!is_last(split)) {
    return;
  }
  let start = fresh_start(0);
  var products = vec4f();
  for (var at = start; at < start + COLUMNS; at++) {
    products += fresh_query[at - start] * fresh_key[at - start];
  }
  let score = capped(SCALE * (products.x + products.y + products.z + products.w));
  let highest = max(*peak, score);
  let shrink = exp(*peak - highest);
  let weight = exp(score - highest);
  *peak = highest;
  *total = *total * shrink + weight;
  for (var at = start; at < start + COLUMNS; at++) {
    (*sums)[at - start] = shrink * (*sums)[at - start] + weight * fresh_value[at - start];
  }
}

fn begin_workgroup(kv_head: u32, split: u32, local: u32) {}
