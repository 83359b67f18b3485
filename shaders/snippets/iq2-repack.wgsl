// File blocks of any IQ2 → the planes of quant/iq2-s.wgsl. One group is one file block of 256. Each type reads its blocks of
// 32 itself: `read_block`.

struct LatticeBlock {
  indexes: vec4u, // of every eight elements
  signs: u32, // bit i is 1 where element i is negative
  scales: u32, // a nibble for each half, the first one's in the low end
}

const GROUP_WORDS: u32 = 11u;

// Digits of eight elements, their two bits turned over where the sign is set, as lattice_group has them.
fn signed_pairs(index: u32, signs: u32) -> u32 {
  return lattice_group(index) ^ (spread_bits(signs) * 3u) ^ (spread_bits(signs >> 4u) * 12u);
}

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * FILE_BLOCK_BYTES;
  let at = plane_row * SCALE_WORDS + group * GROUP_WORDS;
  var scale_words = vec2u(0u);
  var words = vec4u(0u);
  for (var block = 0u; block < 8u; block++) {
    let read = read_block(start, block);
    scales[at + block] = ~turn_bits(read.signs);
    scale_words[block / 4u] |= read.scales << ((block & 3u) * 8u);
    let pairs = vec2u(
      signed_pairs(read.indexes.x, read.signs) | (signed_pairs(read.indexes.y, read.signs >> 8u) << 4u),
      signed_pairs(read.indexes.z, read.signs >> 16u) | (signed_pairs(read.indexes.w, read.signs >> 24u) << 4u),
    );
    if ((block & 1u) == 0u) {
      words = vec4u(pairs, 0u, 0u);
    } else {
      quants[plane_row * (BLOCKS / 2u) + group * 4u + block / 2u] = vec4u(words.xy, pairs);
    }
  }
  scales[at + 8u] = raw_word(start) & 0xffffu;
  scales[at + 9u] = scale_words.x;
  scales[at + 10u] = scale_words.y;
}
