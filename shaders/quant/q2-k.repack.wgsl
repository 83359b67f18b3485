// Q2_K file blocks → planes. One group is one file block of 256.

const GROUP_WORDS: u32 = 5u;

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 84u;
  let at = plane_row * SCALE_WORDS + group * GROUP_WORDS;
  for (var word = 0u; word < 4u; word++) {
    scales[at + word] = raw_word(start + word * 4u);
  }
  scales[at + 4u] = raw_word(start + 80u);
  for (var block = 0u; block < 8u; block += 2u) {
    let pairs = start + 16u + (block / 4u) * 32u;
    let shift = (block & 3u) * 2u;
    quants[plane_row * (BLOCKS / 2u) + group * 4u + block / 2u] = vec4u(
      gather_pairs(pairs, shift),
      gather_pairs(pairs + 16u, shift),
      gather_pairs(pairs, shift + 2u),
      gather_pairs(pairs + 16u, shift + 2u),
    );
  }
}
