// Weights × the activations of a few tokens. LANES lanes share a group of four rows and stride over its blocks of 32; so
// a block of x is loaded once for four rows. With one lane there is no barrier, and a workgroup holds WORKGROUP groups.
//
// The norm needs no pass of its own: x · norm_weight goes into the sums, Σx² runs beside them, and its scale is applied
// once at the end.

override COLUMNS: u32;
override NORM: bool;
override EPSILON: f32;
override LAST_TOKEN_ONLY: bool;

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>; // (token, INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> norm_weight: array<vec4f>; // (column / 4)
@group(0) @binding(4) var<storage, read> bias: array<f32>; // (row)
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (token, OUTPUT_STRIDE)
@group(0) @binding(6) var<uniform> step: Step;

const ROW_GROUP: u32 = 4u;

// 32 values of one token, normalised but for the scale that all share, with Σ and Σ of the raw squares.
struct Activations {
  values: array<vec4f, 8>,
  sum: f32,
  squares: f32,
}

fn add_up(value: vec4f) -> f32 {
  return value.x + value.y + value.z + value.w;
}

fn load_activations(token: u32, block: u32) -> Activations {
  let at = token * INPUT_STRIDE + block * 8u;
  var a = array<vec4f, 8>(x[at], x[at + 1u], x[at + 2u], x[at + 3u], x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
  var squares = 0.0;
  if (NORM) {
    let w = block * 8u;
    squares = add_up(
      a[0] * a[0] + a[1] * a[1] + a[2] * a[2] + a[3] * a[3] + a[4] * a[4] + a[5] * a[5] + a[6] * a[6] + a[7] * a[7],
    );
    a = array<vec4f, 8>(
      a[0] * norm_weight[w],
      a[1] * norm_weight[w + 1u],
      a[2] * norm_weight[w + 2u],
      a[3] * norm_weight[w + 3u],
      a[4] * norm_weight[w + 4u],
      a[5] * norm_weight[w + 5u],
      a[6] * norm_weight[w + 6u],
      a[7] * norm_weight[w + 7u],
    );
  }
  let sum = add_up(a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7]);
  return Activations(a, sum, squares);
}

fn dot_values(a: array<vec4f, 8>, b: array<vec4f, 8>) -> f32 {
  return add_up(
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] + a[4] * b[4] + a[5] * b[5] + a[6] * b[6] + a[7] * b[7],
  );
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let flat = workgroup.y * workgroups.x + workgroup.x;
  let lane = select(local, 0u, LANES == 1u);
  let row = select(flat, flat * WORKGROUP + local, LANES == 1u) * ROW_GROUP;
  // Rows past the end read the last row again; what they sum is not stored.
  let rows = min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u));
  let tokens = select(step.tokens, 1u, LAST_TOKEN_ONLY);
  let first_token = workgroup.z * TOKEN_TILE;
  let first_input = select(first_token, step.tokens - 1u, LAST_TOKEN_ONLY);

  var sums: array<vec4f, TOKEN_TILE>;
  var squares: array<f32, TOKEN_TILE>;
  // No early return: every lane must come to the barriers of the reduction.
  for (var block = lane; block < select(0u, BLOCKS, row < ROWS); block += LANES) {
    if (TOKEN_TILE == 1u) {
      let a = load_activations(first_input, block);
      sums[0] += vec4f(
        dot_block(rows.x, block, a.values, a.sum),
        dot_block(rows.y, block, a.values, a.sum),
        dot_block(rows.z, block, a.values, a.sum),
        dot_block(rows.w, block, a.values, a.sum),
      );
      squares[0] += a.squares;
    } else {
      for (var r = 0u; r < ROW_GROUP; r++) {
        let w = load_block(rows[r], block);
        for (var t = 0u; t < TOKEN_TILE; t++) {
          let a = load_activations(min(first_token + t, tokens - 1u), block);
          sums[t][r] += dot_values(w, a.values);
          if (r == 0u) {
            squares[t] += a.squares;
          }
        }
      }
    }
  }
  for (var t = 0u; t < TOKEN_TILE; t++) {
    let token = first_token + t;
    var sum = reduce_add(sums[t], lane);
    if (NORM) {
      sum *= inverseSqrt(reduce_add(vec4f(squares[t]), lane).x / f32(COLUMNS) + EPSILON);
    }
    if (lane == 0u && token < tokens) {
      finish_pair(token, row, sum.xy);
      finish_pair(token, row + 2u, sum.zw);
    }
  }
}
