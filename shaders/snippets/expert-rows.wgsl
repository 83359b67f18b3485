// Rows of one expert in planes that hold several experts, one behind the other. The overrides are those of
// `expertOverrides` in expert-matvec.ts.

override ROWS: u32; // of one expert
override FIRST_EXPERT: u32; // of this shard
override EXPERTS: u32; // in this shard

fn is_here(expert: u32) -> bool {
  return expert >= FIRST_EXPERT && expert < FIRST_EXPERT + EXPERTS;
}

// Four rows; past the end the last one again.
fn four_rows(row: u32) -> vec4u {
  return min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u));
}

// A block of 32 activations times the same block of four rows.
fn dot_rows(rows: vec4u, block: u32, values: array<vec4f, 8>) -> vec4f {
  let sums = values[0] + values[1] + values[2] + values[3] + values[4] + values[5] + values[6] + values[7];
  let sum = sums.x + sums.y + sums.z + sums.w;
  return vec4f(
    dot_block(rows.x, block, values, sum),
    dot_block(rows.y, block, values, sum),
    dot_block(rows.z, block, values, sum),
    dot_block(rows.w, block, values, sum),
  );
}
