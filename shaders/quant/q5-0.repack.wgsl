// Q5_0 file blocks → planes. One group is two blocks of a row, because their scales share a word.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let at = plane_row * SCALE_WORDS;
  var scale_word = 0u;
  for (var half = 0u; half < 2u; half++) {
    let block = group * 2u + half;
    if (block < BLOCKS) {
      let start = source_row * ROW_BYTES + block * 22u;
      scale_word |= (raw_word(start) & 0xffffu) << (16u * half);
      scales[at + block] = turn_bits(raw_word(start + 2u));
      quants[plane_row * BLOCKS + block] =
        vec4u(raw_word(start + 6u), raw_word(start + 10u), raw_word(start + 14u), raw_word(start + 18u));
    }
  }
  scales[at + BLOCKS + group] = scale_word;
}
