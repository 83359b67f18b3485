// What a linear layer does with its sums. The overrides are those of `linearOverrides` in matvec.ts.

override ROWS: u32; // of this shard
override FIRST_ROW: u32; // its place in the output
override INPUT_STRIDE: u32; // blocks of 32 between two tokens of x
override OUTPUT_STRIDE: u32; // f32 between two tokens of y
override BIAS: bool;
override FOLDED_ROWS: u32; // rows of the whole output whose sums of weights stand behind their biases; 0: none do
override EPILOGUE: u32;
override ACTIVATION: u32;
override OUTPUT_SCALE: f32;
override OUTPUT_SOFTCAP: f32; // 0: none

const STORE: u32 = 0u;
const ADD: u32 = 1u;
const GLU: u32 = 2u;
const GATE: u32 = 3u;
const ACTIVATE: u32 = 4u;

const SILU: u32 = 0u;
const GELU: u32 = 1u;

// GELU by its tanh form, written with the sigmoid: ½·(1 + tanh u) = 1 / (1 + exp(−2u)), u = √(2/π)·(v + 0.044715·v³).
fn activated(value: f32) -> f32 {
  if (ACTIVATION == GELU) {
    return value / (1.0 + exp(-1.5957691216 * (value + 0.044715 * value * value * value)));
  }
  return value / (1.0 + exp(-value));
}

// A layer norm that is folded in has yet to take `middle` from each of the values that were multiplied.
fn biased(row: u32, sum: f32, middle: f32) -> f32 {
  var value = sum;
  if (FOLDED_ROWS > 0u) {
    value -= middle * bias[FOLDED_ROWS + FIRST_ROW + row];
  }
  if (BIAS) {
    value += bias[FIRST_ROW + row];
  }
  return value;
}

// Two neighbouring rows of one token; `row` is even within the shard, and its neighbour may lie past the shard's end.
fn finish_pair(token: u32, row: u32, sums: vec2f, middle: f32) {
  if (row >= ROWS) {
    return;
  }
  let first = biased(row, sums.x, middle);
  let at = token * OUTPUT_STRIDE + FIRST_ROW + row;
  if (EPILOGUE == GLU) {
    y[token * OUTPUT_STRIDE + (FIRST_ROW + row) / 2u] = activated(first) * biased(row + 1u, sums.y, middle);
    return;
  }
  finish_row(at, first);
  if (row + 1u < ROWS) {
    finish_row(at + 1u, biased(row + 1u, sums.y, middle));
  }
}

fn finish_row(at: u32, value: f32) {
  if (EPILOGUE == ADD) {
    y[at] += OUTPUT_SCALE * value;
  } else if (EPILOGUE == GATE) {
    y[at] = activated(y[at]) * value;
  } else if (EPILOGUE == ACTIVATE) {
    y[at] = activated(value);
  } else if (OUTPUT_SOFTCAP > 0.0) {
    y[at] = softcapped(OUTPUT_SCALE * value, OUTPUT_SOFTCAP);
  } else {
    y[at] = OUTPUT_SCALE * value;
  }
}
