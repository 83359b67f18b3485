// Q6_K file blocks → planes. One group is one file block of 256.

const GROUP_WORDS: u32 = 21u;

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 210u;
  let at = plane_row * SCALE_WORDS + group * GROUP_WORDS;
  for (var block = 0u; block < 8u; block++) {
    let half = block / 4u;
    let quarter = block & 3u;
    let bytes = start + half * 64u + (quarter & 1u) * 32u;
    let shift = (quarter / 2u) * 4u;
    quants[plane_row * BLOCKS + group * 8u + block] = vec4u(
      gather_nibbles(bytes, shift, 0u),
      gather_nibbles(bytes, shift, 1u),
      gather_nibbles(bytes, shift, 2u),
      gather_nibbles(bytes, shift, 3u),
    );
    let pairs = start + 128u + half * 32u;
    scales[at + block * 2u] = gather_pairs(pairs, quarter * 2u);
    scales[at + block * 2u + 1u] = gather_pairs(pairs + 16u, quarter * 2u);
  }
  for (var word = 0u; word < 4u; word++) {
    scales[at + 16u + word] = raw_word(start + 192u + word * 4u);
  }
  scales[at + 20u] = raw_word(start + 208u) & 0xffffu;
}
