// Weights × the activations of a few tokens. LANES lanes share a group of rows and stride over its blocks of 32; so a block
// of x is loaded once for the group, and in a tile of tokens a block of weights is unpacked once for all of them. A
// workgroup holds LANE_GROUPS groups. What depends on the rows of a group is in a snippet beside this one; the kernel's text
// has the bindings.
//
// The norm needs no pass of its own: x · norm_weight goes into the sums, Σx² runs beside them, and its scale is applied
// once at the end.

override COLUMNS: u32;
override NORM: bool;
override EPSILON: f32;
override LAST_TOKEN_ONLY: bool;

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
  var a = x[token * INPUT_STRIDE + block];
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

fn multiply_rows(workgroup: vec3u, workgroups: vec3u, local: u32) {
  let flat = workgroup.y * workgroups.x + workgroup.x;
  let lane = local % LANES;
  let row = (flat * LANE_GROUPS + local / LANES) * GROUP_ROWS;
  let rows = rows_from(row);
  let first_token = select(workgroup.z * TOKEN_TILE, step.tokens - 1u, LAST_TOKEN_ONLY);
  // A bound that only the step knows, so that no driver unrolls the tile: unrolled, lavapipe compiles it for seconds and
  // runs it slower. A grid made for more tokens than the step has leaves an empty tile.
  let tile = select(0u, min(TOKEN_TILE, step.tokens - first_token), first_token < step.tokens);

  var sums: array<Sums, TOKEN_TILE>; // (token, row)
  var squares: array<f32, TOKEN_TILE>;
  // No early return: every lane must come to the barriers of the reduction.
  for (var block = lane; block < select(0u, BLOCKS, row < ROWS && tile > 0u); block += LANES) {
    if (TOKEN_TILE == 1u) {
      let a = load_activations(first_token, block);
      squares[0] += a.squares;
      sums[0] += dot_rows(rows, block, a);
    } else {
      let weights = load_rows(rows, block);
      for (var t = 0u; t < tile; t++) {
        let a = load_activations(first_token + t, block);
        squares[t] += a.squares;
        sums[t] += dot_loaded(weights, a.values);
      }
    }
  }
  for (var t = 0u; t < tile; t++) {
    var sum = reduce_rows(sums[t], local);
    if (NORM) {
      sum *= inverseSqrt(reduce_add(Sum(squares[t]), local).x / f32(COLUMNS) + EPSILON);
    }
    if (lane == 0u) {
      finish_rows(select(first_token + t, 0u, LAST_TOKEN_ONLY), row, sum);
    }
  }
}
