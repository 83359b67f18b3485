// Eight neighbouring rows that share their loads of x, as two vectors of four. A row past the end reads the last one again,
// and is not stored. Their blocks in a tile of tokens are 256 floats: more than most devices hold in registers.

const GROUP_ROWS: u32 = 8u;
alias Rows = array<vec4u, 2>;
alias Sums = mat2x4f; // (row / 4, row % 4)

struct Weights {
  row_0: array<vec4f, 8>,
  row_1: array<vec4f, 8>,
  row_2: array<vec4f, 8>,
  row_3: array<vec4f, 8>,
  row_4: array<vec4f, 8>,
  row_5: array<vec4f, 8>,
  row_6: array<vec4f, 8>,
  row_7: array<vec4f, 8>,
}

fn rows_from(row: u32) -> Rows {
  let four = vec4u(row) + vec4u(0u, 1u, 2u, 3u);
  return Rows(min(four, vec4u(ROWS - 1u)), min(four + 4u, vec4u(ROWS - 1u)));
}

fn dot_four(rows: vec4u, block: u32, a: Activations) -> vec4f {
  return vec4f(
    dot_block(rows.x, block, a.values, a.sum),
    dot_block(rows.y, block, a.values, a.sum),
    dot_block(rows.z, block, a.values, a.sum),
    dot_block(rows.w, block, a.values, a.sum),
  );
}

fn dot_rows(rows: Rows, block: u32, a: Activations) -> Sums {
  return Sums(dot_four(rows[0], block, a), dot_four(rows[1], block, a));
}

fn load_rows(rows: Rows, block: u32) -> Weights {
  return Weights(
    load_block(rows[0].x, block),
    load_block(rows[0].y, block),
    load_block(rows[0].z, block),
    load_block(rows[0].w, block),
    load_block(rows[1].x, block),
    load_block(rows[1].y, block),
    load_block(rows[1].z, block),
    load_block(rows[1].w, block),
  );
}

fn dot_loaded(w: Weights, a: array<vec4f, 8>) -> Sums {
  return Sums(
    vec4f(dot_values(w.row_0, a), dot_values(w.row_1, a), dot_values(w.row_2, a), dot_values(w.row_3, a)),
    vec4f(dot_values(w.row_4, a), dot_values(w.row_5, a), dot_values(w.row_6, a), dot_values(w.row_7, a)),
  );
}

fn reduce_rows(sums: Sums, local: u32) -> Sums {
  return Sums(reduce_add(sums[0], local), reduce_add(sums[1], local));
}

fn finish_rows(token: u32, row: u32, sums: Sums, middle: f32) {
  finish_pair(token, row, sums[0].xy, middle);
  finish_pair(token, row + 2u, sums[0].zw, middle);
  finish_pair(token, row + 4u, sums[1].xy, middle);
  finish_pair(token, row + 6u, sums[1].zw, middle);
}
