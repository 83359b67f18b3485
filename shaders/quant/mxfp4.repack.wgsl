// MXFP4 file blocks → planes. One group is four blocks of a row, because their exponents share a word.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  var exponents = 0u;
  for (var quarter = 0u; quarter < 4u; quarter++) {
    let block = group * 4u + quarter;
    if (block < BLOCKS) {
      let start = source_row * ROW_BYTES + block * 17u;
      exponents |= (raw_word(start) & 0xffu) << (8u * quarter);
      quants[plane_row * BLOCKS + block] =
        vec4u(raw_word(start + 1u), raw_word(start + 5u), raw_word(start + 9u), raw_word(start + 13u));
    }
  }
  scales[plane_row * SCALE_WORDS + group] = exponents;
}
