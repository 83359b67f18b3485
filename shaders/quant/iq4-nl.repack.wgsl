// IQ4_NL file blocks → planes. One group is two blocks of a row, because their scales share a word.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  var scale_word = 0u;
  for (var half = 0u; half < 2u; half++) {
    let block = group * 2u + half;
    if (block < BLOCKS) {
      let start = source_row * ROW_BYTES + block * 18u;
      scale_word |= (raw_word(start) & 0xffffu) << (16u * half);
      quants[plane_row * BLOCKS + block] =
        vec4u(raw_word(start + 2u), raw_word(start + 6u), raw_word(start + 10u), raw_word(start + 14u));
    }
  }
  scales[plane_row * SCALE_WORDS + group] = scale_word;
}
