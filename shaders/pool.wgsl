// Pooling over the tokens of a step. One thread a column: it runs once a text, over rows that neighbours read together.

override ROWS: u32;

const MEAN: u32 = 0u;
const FIRST: u32 = 1u;

@group(0) @binding(0) var<storage, read> x: array<f32>; // (token, STRIDE)
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // (DIM)
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= DIM) {
    return;
  }
  if (ROWS == MEAN) {
    var sum = 0.0;
    for (var token = 0u; token < step.tokens; token++) {
      sum += x[token * STRIDE + column];
    }
    y[column] = sum / f32(step.tokens);
  } else if (ROWS == FIRST) {
    y[column] = x[column];
  } else {
    y[column] = x[(step.tokens - 1u) * STRIDE + column];
  }
}
