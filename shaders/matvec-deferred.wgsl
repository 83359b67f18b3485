// Weights × the activations of one token, for a block whose output is normed before it joins the residual stream. No workgroup
// knows the norm's scale, which is a sum over all rows; so y, the stream, gets the addend as it is but for the norm's
// weights, and the sums of squares that whoever reads the stream makes the scale of:
//
//   row 0   the stream before this block, with the addend of the block before it, if that was still beside it
//   row 1   v · norm_weight, with v = W·x + bias
//   row 2   v² of every two neighbouring rows together
//
// How rows are multiplied: snippets/multiply-rows.wgsl.

override ROWS: u32; // of this shard
override FIRST_ROW: u32; // its place in the stream; even
override INPUT_STRIDE: u32; // blocks of 32 in x
override OUTPUT_STRIDE: u32; // f32 between two rows of the streams
override OUTPUT_DIM: u32;
override BIAS: bool;
override SETTLES: bool; // the previous stream has an addend
override SETTLE_EPSILON: f32;

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (row, block)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<array<vec4f, 8>>; // (INPUT_STRIDE)
@group(0) @binding(3) var<storage, read> norm_weight: array<vec4f>; // of the norm behind; (row / 4)
@group(0) @binding(4) var<storage, read> bias: array<f32>; // (row)
@group(0) @binding(5) var<storage, read> previous: array<vec4f>; // (3, OUTPUT_STRIDE / 4)
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // (3, OUTPUT_STRIDE)
@group(0) @binding(7) var<uniform> step: Step;

fn biased(row: u32, sum: f32) -> f32 {
  if (BIAS) {
    return sum + bias[FIRST_ROW + row];
  }
  return sum;
}

// Row 1 of one product, which it gives back.
fn defer_row(row: u32, sum: f32) -> f32 {
  if (row >= ROWS) {
    return 0.0;
  }
  let at = FIRST_ROW + row;
  let value = biased(row, sum);
  y[OUTPUT_STRIDE + at] = value * norm_weight[at / 4u][at % 4u];
  return value;
}

fn finish_pair(token: u32, row: u32, sums: vec2f, middle: f32) {
  let pair = vec2f(defer_row(row, sums.x), defer_row(row + 1u, sums.y));
  if (row < ROWS) {
    y[2u * OUTPUT_STRIDE + (FIRST_ROW + row) / 2u] = dot(pair, pair);
  }
}

fn settle_rows(row: u32, local: u32) {
  var scale = 0.0;
  if (SETTLES) {
    var squares = vec4f();
    for (var i = local % LANES; i < (OUTPUT_DIM + 7u) / 8u; i += LANES) {
      squares += previous[OUTPUT_STRIDE / 2u + i];
    }
    scale = inverseSqrt(reduce_add(Sum(add_up(squares)), local).x / f32(OUTPUT_DIM) + SETTLE_EPSILON);
  }
  if (local % LANES > 0u) {
    return;
  }
  for (var r = row; r < min(row + GROUP_ROWS, ROWS); r++) {
    let at = FIRST_ROW + r;
    var value = previous[at / 4u][at % 4u];
    if (SETTLES) {
      value += scale * previous[(OUTPUT_STRIDE + at) / 4u][at % 4u];
    }
    y[at] = value;
  }
}

@compute @workgroup_size(LANES * LANE_GROUPS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  multiply_rows(workgroup, workgroups, local);
  settle_rows(first_row_of(workgroup, workgroups, local), local);
}
