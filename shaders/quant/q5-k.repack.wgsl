// Q5_K file blocks → planes. One group is one file block of 256.

const GROUP_WORDS: u32 = 12u;

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 176u;
  let at = plane_row * SCALE_WORDS + group * GROUP_WORDS;
  for (var word = 0u; word < 4u; word++) {
    scales[at + word] = raw_word(start + word * 4u);
  }
  for (var block = 0u; block < 8u; block++) {
    scales[at + 4u + block] = gather_bits(start + 16u, block);
    let bytes = start + 48u + (block / 2u) * 32u;
    let shift = (block & 1u) * 4u;
    quants[plane_row * BLOCKS + group * 8u + block] = vec4u(
      gather_nibbles(bytes, shift, 0u),
      gather_nibbles(bytes, shift, 1u),
      gather_nibbles(bytes, shift, 2u),
      gather_nibbles(bytes, shift, 3u),
    );
  }
}
