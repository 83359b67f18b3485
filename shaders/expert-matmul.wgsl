// Weights of experts × the activations of all tokens that chose them, by tiles of 64 rows × 32 pairs of a token and one of
// its experts: weights are read once for 32 of them. A workgroup does 64 rows of one expert. It looks through all routes
// for its expert, and takes its share of the tiles of what it finds; in which order it finds them is not settled, and no sum depends on it.

override INPUT_STRIDE: u32; // blocks of 32 between two rows of x
override OUTPUT_STRIDE: u32; // f32 between two pairs of y
override PER_PAIR: bool; // x has a row for each pair, not for each token

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (expert, row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (token, INPUT_STRIDE) or (token, USED, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> routes: array<Route>; // (token, USED)
@group(0) @binding(4) var<storage, read> bias: array<f32>; // (expert of all shards, row)
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (token, USED, OUTPUT_STRIDE)
@group(0) @binding(6) var<uniform> step: Step;

var<workgroup> pairs: array<u32, MAX_TOKENS>; // no token chooses an expert twice
var<workgroup> found: atomic<u32>;
var<workgroup> total: u32;

@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let first_row = workgroup.x * TILE_ROWS;
  let expert = FIRST_EXPERT + workgroup.y;
  for (var pair = local; pair < step.tokens * USED; pair += 128u) {
    if (routes[pair].expert == expert) {
      let place = atomicAdd(&found, 1u);
      if (place < MAX_TOKENS) {
        pairs[place] = pair;
      }
    }
  }
  workgroupBarrier();
  if (local == 0u) {
    total = min(atomicLoad(&found), MAX_TOKENS);
  }
  let count = workgroupUniformLoad(&total);
  // Places past the end fetch the last row or pair again; what they sum is not stored.
  let source_row = workgroup.y * ROWS + min(first_row + tile_slot(local), ROWS - 1u);
  for (var first = workgroup.z * TILE_TOKENS; first < count; first += workgroups.z * TILE_TOKENS) {
    let source_pair = pairs[min(first + tile_slot(local), count - 1u)];
    let sums = multiply_tile(local, source_row, select(source_pair / USED, source_pair, PER_PAIR));
    for (var t = 0u; t < TOKENS; t++) {
      let place = first + tile_token(local, t);
      if (place < count) {
        let pair = pairs[place];
        let row = first_row + tile_row(local);
        finish(pair, expert, row, sums[t][0].xy);
        finish(pair, expert, row + 16u, sums[t][0].zw);
        finish(pair, expert, row + 32u, sums[t][1].xy);
        finish(pair, expert, row + 48u, sums[t][1].zw);
      }
    }
  }
}
