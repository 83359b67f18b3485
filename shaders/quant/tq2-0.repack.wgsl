// TQ2_0 file blocks → planes. One group is two file blocks of 256, because their scales share a word.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  var scale_word = 0u;
  for (var half = 0u; half < 2u; half++) {
    let first = (group * 2u + half) * 8u;
    if (first < BLOCKS) {
      let start = source_row * ROW_BYTES + (group * 2u + half) * 66u;
      scale_word |= (raw_word(start + 64u) & 0xffffu) << (16u * half);
      for (var block = 0u; block < 8u; block += 2u) {
        let pairs = start + (block / 4u) * 32u;
        let shift = (block & 3u) * 2u;
        quants[(plane_row * BLOCKS + first + block) / 2u] = vec4u(
          gather_pairs(pairs, shift),
          gather_pairs(pairs + 16u, shift),
          gather_pairs(pairs, shift + 2u),
          gather_pairs(pairs + 16u, shift + 2u),
        );
      }
    }
  }
  scales[plane_row * SCALE_WORDS + group] = scale_word;
}
