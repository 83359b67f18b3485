// Q4_1 file blocks → planes. One group is one block.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 20u;
  scales[plane_row * SCALE_WORDS + group] = raw_word(start);
  quants[plane_row * BLOCKS + group] =
    vec4u(raw_word(start + 4u), raw_word(start + 8u), raw_word(start + 12u), raw_word(start + 16u));
}
