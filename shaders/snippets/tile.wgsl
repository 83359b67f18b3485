// Weights × activations by tiles of 64 rows × TILE_TOKENS tokens and 32 columns. 128 threads of 8 rows × TOKENS tokens
// each: with 64 tokens twelve vec4 loads from workgroup memory buy 128 multiply-adds. Half of the threads fetch and
// dequantise one block of weights each, the other half one of activations, while the tiles before them are multiplied.
//
// Tiles are (row or token, column / 4). The place of a vec4 within its row is turned by the row (XOR), so that eight
// lanes that read eight rows at one column meet eight different banks.

const TILE_ROWS: u32 = 64u;
const TOKENS: u32 = TILE_TOKENS / 16u;

var<workgroup> weight_tile: array<vec4<real>, 512>;
var<workgroup> x_tile: array<vec4f, TILE_TOKENS * 8u>;

fn weight_place(row: u32, vector: u32) -> u32 {
  return row * 8u + (vector ^ ((row >> 1u) & 7u));
}

fn x_place(token: u32, vector: u32) -> u32 {
  return token * 8u + (vector ^ (token & 7u));
}

// The row or the token of the tile that a thread fetches.
fn tile_slot(local: u32) -> u32 {
  return local % TILE_ROWS;
}

// Rows of a thread's sums come in pairs, for glu: this one and its neighbour, then 16 on.
fn tile_row(local: u32) -> u32 {
  return (local % 8u) * 2u;
}

// Tokens of a thread's sums are 16 apart.
fn tile_token(local: u32, t: u32) -> u32 {
  return local / 8u + t * 16u;
}

// The sums (token, row) of a thread, where it fetches this row of the weights and this row of x. All threads must call it.
fn multiply_tile(local: u32, source_row: u32, source_x: u32) -> array<array<vec4f, 2>, TOKENS> {
  let loads_weights = local < TILE_ROWS;
  let slot = tile_slot(local);
  let row_lane = local % 8u;
  let token_lane = local / 8u;
  var sums: array<array<vec4f, 2>, TOKENS>;
  var fetched: array<vec4f, 8>;
  for (var block = 0u; block <= BLOCKS; block++) {
    // One turn more than blocks: a turn stores and multiplies what the turn before it fetched.
    if (block > 0u) {
      workgroupBarrier();
      for (var i = 0u; i < 8u; i++) {
        if (loads_weights) {
          weight_tile[weight_place(slot, i)] = vec4<real>(fetched[i]);
        } else if (slot < TILE_TOKENS) {
          x_tile[x_place(slot, i)] = fetched[i];
        }
      }
      workgroupBarrier();
    }
    if (block < BLOCKS) {
      if (loads_weights) {
        fetched = load_block(source_row, block);
      } else {
        fetched = x[source_x * INPUT_STRIDE + block];
      }
    }
    if (block > 0u) {
      for (var vector = 0u; vector < 8u; vector++) {
        var w: array<vec4f, 8>;
        for (var r = 0u; r < 8u; r++) {
          w[r] = vec4f(weight_tile[weight_place(row_lane * 2u + (r & 1u) + (r / 2u) * 16u, vector)]);
        }
        for (var t = 0u; t < TOKENS; t++) {
          let a = x_tile[x_place(token_lane + t * 16u, vector)];
          sums[t][0] += vec4f(dot(w[0], a), dot(w[1], a), dot(w[2], a), dot(w[3], a));
          sums[t][1] += vec4f(dot(w[4], a), dot(w[5], a), dot(w[6], a), dot(w[7], a));
        }
      }
    }
  }
  return sums;
}
