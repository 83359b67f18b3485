// Q8_0 file blocks → planes. One group is two blocks of a row, because their scales share a word.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  var scale_word = 0u;
  for (var half = 0u; half < 2u; half++) {
    let block = group * 2u + half;
    if (block < BLOCKS) {
      let start = source_row * ROW_BYTES + block * 34u;
      scale_word |= (raw_word(start) & 0xffffu) << (16u * half);
      let at = (plane_row * BLOCKS + block) * VECTORS;
      quants[at] = vec4u(raw_word(start + 2u), raw_word(start + 6u), raw_word(start + 10u), raw_word(start + 14u));
      quants[at + 1u] =
        vec4u(raw_word(start + 18u), raw_word(start + 22u), raw_word(start + 26u), raw_word(start + 30u));
    }
  }
  scales[plane_row * SCALE_WORDS + group] = scale_word;
}
