// Two neighbouring rows that share their loads of x. A row past the end reads the last one again, and is not stored.

const GROUP_ROWS: u32 = 2u;
alias Rows = vec2u;
alias Sums = vec2f; // (row)

struct Weights {
  row_0: array<vec4f, 8>,
  row_1: array<vec4f, 8>,
}

fn rows_from(row: u32) -> Rows {
  return min(vec2u(row) + vec2u(0u, 1u), vec2u(ROWS - 1u));
}

fn dot_rows(rows: Rows, block: u32, a: Activations) -> Sums {
  return vec2f(dot_block(rows.x, block, a.values, a.sum), dot_block(rows.y, block, a.values, a.sum));
}

fn load_rows(rows: Rows, block: u32) -> Weights {
  return Weights(load_block(rows.x, block), load_block(rows.y, block));
}

fn dot_loaded(w: Weights, a: array<vec4f, 8>) -> Sums {
  return vec2f(dot_values(w.row_0, a), dot_values(w.row_1, a));
}

fn reduce_rows(sums: Sums, local: u32) -> Sums {
  return reduce_add(sums, local);
}

fn finish_rows(token: u32, row: u32, sums: Sums, middle: f32) {
  finish_pair(token, row, sums, middle);
}
