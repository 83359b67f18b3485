// Weights × the activations of a few tokens. LANES lanes share a group of rows and stride over its blocks of 32; so a block
// of x is loaded once for the group, and in a tile of tokens a block of weights is unpacked once for all of them. A
// workgroup holds LANE_GROUPS groups. What depends on the rows of a group is in a snippet beside this one; the kernel's text
// has the bindings.
//
// The norm needs no pass of its own: x · norm_weight goes into the sums, Σx² runs beside them, and its scale is applied
// once at the end. A layer norm likewise: its mean is taken from the sums at the end, times the sum of a row's weights, which
// load has put behind the biases. So that a mean far from 0 costs no precision, and neither does its square, everything is
// counted from the mean of the row's first block, which is never further off than √(COLUMNS / 32) standard deviations.
//
// Where a stream's addend is to be joined (see matvec-deferred.wgsl), x is one token's stream, and its other
// rows say what to add to it; the addend's scale must be there before the first product.

override COLUMNS: u32;
override NORM: bool;
override EPSILON: f32;
override LAST_TOKEN_ONLY: bool;
override CENTERED: bool; // the norm is a layer norm; one token
override JOINS: bool;
override JOIN_EPSILON: f32;

// 32 values of one token, normalised but for the scale that all share, with Σ; and Σ of them and of their squares as they
// were before the norm's weights.
struct Activations {
  values: array<vec4f, 8>,
  sum: f32,
  plain: f32,
  squares: f32,
}

fn add_up(value: vec4f) -> f32 {
  return value.x + value.y + value.z + value.w;
}

// 1 / RMS of what the addend was before its weights; every lane of a group gets it.
fn addend_scale(local: u32) -> f32 {
  var squares = vec4f();
  for (var block = local % LANES; block < (COLUMNS + 63u) / 64u; block += LANES) {
    let s = x[2u * INPUT_STRIDE + block];
    squares += s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7];
  }
  return inverseSqrt(reduce_all(Sum(add_up(squares)), local).x / f32(COLUMNS) + JOIN_EPSILON);
}

fn add_up_all(a: array<vec4f, 8>) -> f32 {
  return add_up(a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7]);
}

fn load_stream(token: u32, block: u32, addend_scale: f32) -> array<vec4f, 8> {
  let a = x[token * INPUT_STRIDE + block];
  if (!JOINS) {
    return a;
  }
  let addend = x[INPUT_STRIDE + block];
  return array<vec4f, 8>(
    a[0] + addend_scale * addend[0],
    a[1] + addend_scale * addend[1],
    a[2] + addend_scale * addend[2],
    a[3] + addend_scale * addend[3],
    a[4] + addend_scale * addend[4],
    a[5] + addend_scale * addend[5],
    a[6] + addend_scale * addend[6],
    a[7] + addend_scale * addend[7],
  );
}

fn load_activations(token: u32, block: u32, addend_scale: f32, shift: f32) -> Activations {
  var a = load_stream(token, block, addend_scale);
  var plain = 0.0;
  if (CENTERED) {
    a = array<vec4f, 8>(
      a[0] - shift, a[1] - shift, a[2] - shift, a[3] - shift, a[4] - shift, a[5] - shift, a[6] - shift, a[7] - shift
    );
    plain = add_up_all(a);
  }
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
  return Activations(a, add_up_all(a), plain, squares);
}

fn dot_values(a: array<vec4f, 8>, b: array<vec4f, 8>) -> f32 {
  return add_up(
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] + a[4] * b[4] + a[5] * b[5] + a[6] * b[6] + a[7] * b[7],
  );
}

// The first row of a lane's group.
fn first_row_of(workgroup: vec3u, workgroups: vec3u, local: u32) -> u32 {
  let flat = workgroup.y * workgroups.x + workgroup.x;
  return (flat * LANE_GROUPS + local / LANES) * GROUP_ROWS;
}

fn multiply_rows(workgroup: vec3u, workgroups: vec3u, local: u32) {
  let lane = local % LANES;
  let row = first_row_of(workgroup, workgroups, local);
  let rows = rows_from(row);
  let first_token = select(workgroup.z * TOKEN_TILE, step.tokens - 1u, LAST_TOKEN_ONLY);
  // A bound that only the step knows, so that no driver unrolls the tile: unrolled, lavapipe compiles it for seconds and
  // runs it slower. A grid made for more tokens than the step has leaves an empty tile.
  let tile = select(0u, min(TOKEN_TILE, step.tokens - first_token), first_token < step.tokens);

  var scale = 0.0;
  if (JOINS) {
    scale = addend_scale(local);
  }
  var shift = 0.0;
  if (CENTERED) {
    shift = add_up_all(load_stream(first_token, 0u, scale)) / f32(min(COLUMNS, 32u));
  }
  var sums: array<Sums, TOKEN_TILE>; // (token, row)
  var squares: array<f32, TOKEN_TILE>;
  var plain = 0.0;
  // No early return: every lane must come to the barriers of the reduction.
  for (var block = lane; block < select(0u, BLOCKS, row < ROWS && tile > 0u); block += LANES) {
    if (TOKEN_TILE == 1u) {
      let a = load_activations(first_token, block, scale, shift);
      squares[0] += a.squares;
      plain += a.plain;
      sums[0] += dot_rows(rows, block, a);
    } else {
      let weights = load_rows(rows, block);
      for (var t = 0u; t < tile; t++) {
        let a = load_activations(first_token + t, block, scale, 0.0);
        squares[t] += a.squares;
        sums[t] += dot_loaded(weights, a.values);
      }
    }
  }
  for (var t = 0u; t < tile; t++) {
    var sum = reduce_rows(sums[t], local);
    var middle = 0.0;
    if (NORM) {
      var both = Sum(squares[t]);
      both.y = plain;
      both = reduce_add(both, local);
      var spread = both.x / f32(COLUMNS);
      if (CENTERED) {
        // What pads the row was 0, and became −shift.
        let padding = f32(BLOCKS * 32u - COLUMNS);
        middle = (both.y + padding * shift) / f32(COLUMNS);
        spread = max(0.0, (both.x - padding * shift * shift) / f32(COLUMNS) - middle * middle);
      }
      let factor = inverseSqrt(spread + EPSILON);
      sum *= factor;
      middle *= factor;
    }
    if (lane == 0u) {
      finish_rows(select(first_token + t, 0u, LAST_TOKEN_ONLY), row, sum, middle);
    }
  }
}
