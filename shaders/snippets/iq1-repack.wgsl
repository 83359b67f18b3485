// File blocks of IQ1_S and IQ1_M → the planes of quant/iq1-m.wgsl. One group is one file block of 256. Both types read their
// blocks of 32, and d, themselves: `read_block`, `read_d`.

struct LatticeBlock {
  indexes: vec4u, // of every eight elements
  deltas: u32, // bit k is 1 where the k-th eight elements have −1/8
  scales: u32, // three bits for each half, the first one's in the low end
}

const GROUP_WORDS: u32 = 3u;

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * FILE_BLOCK_BYTES;
  let at = plane_row * SCALE_WORDS + group * GROUP_WORDS;
  let d = read_d(start);
  var deltas = 0u;
  var scale_words = vec2u(d << 24u, (d >> 8u) << 24u);
  var words = vec4u(0u);
  for (var block = 0u; block < 8u; block++) {
    let read = read_block(start, block);
    deltas |= read.deltas << (block * 4u);
    scale_words[block / 4u] |= read.scales << ((block & 3u) * 6u);
    let pairs = vec2u(
      lattice_group(read.indexes.x) | (lattice_group(read.indexes.y) << 4u),
      lattice_group(read.indexes.z) | (lattice_group(read.indexes.w) << 4u),
    );
    if ((block & 1u) == 0u) {
      words = vec4u(pairs, 0u, 0u);
    } else {
      quants[plane_row * (BLOCKS / 2u) + group * 4u + block / 2u] = vec4u(words.xy, pairs);
    }
  }
  scales[at] = deltas;
  scales[at + 1u] = scale_words.x;
  scales[at + 2u] = scale_words.y;
}
