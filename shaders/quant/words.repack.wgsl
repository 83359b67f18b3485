// F32, F16, BF16 and Q3_G40 keep their words; only a row of floats is padded with zero weights to a multiple of 32. One
// group is one block of 32.

// Word `index` of a row; zero past its end, and in the upper half of a last word that the row fills by half.
fn row_word(source_row: u32, index: u32) -> u32 {
  let offset = index * 4u;
  if (offset >= ROW_BYTES) {
    return 0u;
  }
  let word = raw_word(source_row * ROW_BYTES + offset);
  return select(word, word & 0xffffu, offset + 4u > ROW_BYTES);
}

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  for (var vector = 0u; vector < VECTORS; vector++) {
    let index = group * VECTORS + vector;
    let word = index * 4u;
    quants[plane_row * BLOCKS * VECTORS + index] = vec4u(
      row_word(source_row, word),
      row_word(source_row, word + 1u),
      row_word(source_row, word + 2u),
      row_word(source_row, word + 3u),
    );
  }
}
