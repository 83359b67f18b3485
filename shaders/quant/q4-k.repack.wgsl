// Q4_K file blocks → planes. One group is one file block of 256.

// Word `index` of a block of 32: its low nibbles are elements 4·index…, its high nibbles the ones 16 further on.
fn nibbles(start: u32, shift: u32, index: u32) -> u32 {
  let low = (raw_word(start + index * 4u) >> shift) & 0x0f0f0f0fu;
  let high = (raw_word(start + 16u + index * 4u) >> shift) & 0x0f0f0f0fu;
  return low | (high << 4u);
}

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 144u;
  for (var word = 0u; word < 4u; word++) {
    scales[plane_row * SCALE_WORDS + group * 4u + word] = raw_word(start + word * 4u);
  }
  for (var block = 0u; block < 8u; block++) {
    let bytes = start + 16u + (block / 2u) * 32u;
    let shift = (block & 1u) * 4u;
    quants[plane_row * BLOCKS + group * 8u + block] = vec4u(
      nibbles(bytes, shift, 0u),
      nibbles(bytes, shift, 1u),
      nibbles(bytes, shift, 2u),
      nibbles(bytes, shift, 3u),
    );
  }
}
