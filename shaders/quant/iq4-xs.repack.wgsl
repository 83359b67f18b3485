// IQ4_XS file blocks → planes. One group is one file block of 256.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 136u;
  let at = plane_row * SCALE_WORDS + group * 2u;
  scales[at] = raw_word(start);
  scales[at + 1u] = raw_word(start + 4u);
  for (var block = 0u; block < 8u; block++) {
    let bytes = start + 8u + block * 16u;
    quants[plane_row * BLOCKS + group * 8u + block] =
      vec4u(raw_word(bytes), raw_word(bytes + 4u), raw_word(bytes + 8u), raw_word(bytes + 12u));
  }
}
