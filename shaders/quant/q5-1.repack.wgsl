// Q5_1 file blocks → planes. One group is one block.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 24u;
  let at = plane_row * SCALE_WORDS + group * 2u;
  scales[at] = raw_word(start);
  scales[at + 1u] = turn_bits(raw_word(start + 4u));
  quants[plane_row * BLOCKS + group] =
    vec4u(raw_word(start + 8u), raw_word(start + 12u), raw_word(start + 16u), raw_word(start + 20u));
}
