// Weights × the activations of many tokens, by tiles of 64 rows × 64 tokens and 32 columns. 128 threads of 8 rows × 4
// tokens each: twelve vec4 loads from workgroup memory buy 128 multiply-adds. Half of the threads fetch and dequantise
// one block of weights each, the other half one of activations, while the tiles before them are multiplied.
//
// Tiles are (row or token, column / 4). The place of a vec4 within its row is turned by the row (XOR), so that eight
// lanes that read eight rows at one column meet eight different banks.

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (token, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> bias: array<f32>; // (row)
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (token, OUTPUT_STRIDE)
@group(0) @binding(5) var<uniform> step: Step;

const TILE: u32 = 64u;

var<workgroup> weight_tile: array<vec4<real>, 512>;
var<workgroup> x_tile: array<vec4f, 512>;

fn weight_place(row: u32, vector: u32) -> u32 {
  return row * 8u + (vector ^ ((row >> 1u) & 7u));
}

fn x_place(token: u32, vector: u32) -> u32 {
  return token * 8u + (vector ^ (token & 7u));
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let first_row = workgroup.x * TILE;
  let first_token = workgroup.y * TILE;
  // Places past the end fetch the last row or token again; what they sum is not stored.
  let loads_weights = local < TILE;
  let slot = local % TILE;
  let source_row = min(first_row + slot, ROWS - 1u);
  let source_token = min(first_token + slot, step.tokens - 1u);
  // Rows in pairs, for glu: 2·row_lane and its neighbour, then 16 on. Tokens 16 apart.
  let row_lane = local % 8u;
  let token_lane = local / 8u;

  var sums: array<array<vec4f, 2>, 4>; // (token, row)
  var fetched: array<vec4f, 8>;
  for (var block = 0u; block <= BLOCKS; block++) {
    // One turn more than blocks: a turn stores and multiplies what the turn before it fetched.
    if (block > 0u) {
      workgroupBarrier();
      for (var i = 0u; i < 8u; i++) {
        if (loads_weights) {
          weight_tile[weight_place(slot, i)] = vec4<real>(fetched[i]);
        } else {
          x_tile[x_place(slot, i)] = fetched[i];
        }
      }
      workgroupBarrier();
    }
    if (block < BLOCKS) {
      if (loads_weights) {
        fetched = load_block(source_row, block);
      } else {
        fetched = x[source_token * INPUT_STRIDE + block];
      }
    }
    if (block > 0u) {
      for (var vector = 0u; vector < 8u; vector++) {
        var w: array<vec4f, 8>;
        for (var r = 0u; r < 8u; r++) {
          w[r] = vec4f(weight_tile[weight_place(row_lane * 2u + (r & 1u) + (r / 2u) * 16u, vector)]);
        }
        for (var t = 0u; t < 4u; t++) {
          let a = x_tile[x_place(token_lane + t * 16u, vector)];
          sums[t][0] += vec4f(dot(w[0], a), dot(w[1], a), dot(w[2], a), dot(w[3], a));
          sums[t][1] += vec4f(dot(w[4], a), dot(w[5], a), dot(w[6], a), dot(w[7], a));
        }
      }
    }
  }
  for (var t = 0u; t < 4u; t++) {
    let token = first_token + token_lane + t * 16u;
    if (token < step.tokens) {
      let row = first_row + row_lane * 2u;
      finish_pair(token, row, sums[t][0].xy);
      finish_pair(token, row + 16u, sums[t][0].zw);
      finish_pair(token, row + 32u, sums[t][1].xy);
      finish_pair(token, row + 48u, sums[t][1].zw);
    }
  }
}
