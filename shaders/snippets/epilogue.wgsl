// What a linear layer does with its sums. The overrides are those of `linearOverrides` in matvec.ts.

override ROWS: u32; // of this shard
override FIRST_ROW: u32; // its place in the output
override INPUT_STRIDE: u32; // blocks of 32 between two tokens of x
override OUTPUT_STRIDE: u32; // f32 between two tokens of y
override BIAS: bool;
override EPILOGUE: u32;

const STORE: u32 = 0u;
const ADD: u32 = 1u;
const SWIGLU: u32 = 2u;
const GATE: u32 = 3u;

fn silu(value: f32) -> f32 {
  return value / (1.0 + exp(-value));
}

fn biased(row: u32, sum: f32) -> f32 {
  if (BIAS) {
    return sum + bias[FIRST_ROW + row];
  }
  return sum;
}

// Two neighbouring rows of one token; `row` is even within the shard, and its neighbour may lie past the shard's end.
fn finish_pair(token: u32, row: u32, sums: vec2f) {
  if (row >= ROWS) {
    return;
  }
  let first = biased(row, sums.x);
  let at = token * OUTPUT_STRIDE + FIRST_ROW + row;
  if (EPILOGUE == SWIGLU) {
    y[token * OUTPUT_STRIDE + (FIRST_ROW + row) / 2u] = silu(first) * biased(row + 1u, sums.y);
    return;
  }
  finish_row(at, first);
  if (row + 1u < ROWS) {
    finish_row(at + 1u, biased(row + 1u, sums.y));
  }
}

fn finish_row(at: u32, value: f32) {
  if (EPILOGUE == ADD) {
    y[at] += value;
  } else if (EPILOGUE == GATE) {
    y[at] = silu(y[at]) * value;
  } else {
    y[at] = value;
  }
}
