// What a layer of experts does with its sums. A pair is a token and one of its experts. The overrides are those of
// `expertMatvecOverrides` in expert-matvec.ts.

override BIAS: bool;
override EPILOGUE: u32;
override ACTIVATION: u32;

const STORE: u32 = 0u;
const GLU: u32 = 1u;
const GATE: u32 = 2u;

const SILU: u32 = 0u;
const CLAMPED: u32 = 1u;

fn sigmoid(value: f32) -> f32 {
  return 1.0 / (1.0 + exp(-value));
}

// SwiGLU (Shazeer 2020), or as gpt-oss has it: clamped, with a steeper sigmoid and 1 added to `up`.
fn gated(gate: f32, up: f32) -> f32 {
  if (ACTIVATION == CLAMPED) {
    let least = min(gate, 7.0);
    return least * sigmoid(1.702 * least) * (clamp(up, -7.0, 7.0) + 1.0);
  }
  return gate * sigmoid(gate) * up;
}

fn biased(expert: u32, row: u32, sum: f32) -> f32 {
  if (BIAS) {
    return sum + bias[expert * ROWS + row];
  }
  return sum;
}

// Two neighbouring rows of one pair; `row` is even, and its neighbour may lie past the end.
fn finish(pair: u32, expert: u32, row: u32, sums: vec2f) {
  if (row >= ROWS) {
    return;
  }
  let first = biased(expert, row, sums.x);
  let at = pair * OUTPUT_STRIDE + row;
  if (EPILOGUE == GLU) {
    y[pair * OUTPUT_STRIDE + row / 2u] = gated(first, biased(expert, row + 1u, sums.y));
    return;
  }
  finish_row(at, first);
  if (row + 1u < ROWS) {
    finish_row(at + 1u, biased(expert, row + 1u, sums.y));
  }
}

fn finish_row(at: u32, value: f32) {
  if (EPILOGUE == GATE) {
    y[at] = gated(y[at], value);
  } else {
    y[at] = value;
  }
}
