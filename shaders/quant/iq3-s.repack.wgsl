// IQ3_S file blocks → planes, which iq3-s.wgsl draws. One group is one file block of 256.
//
// In the file, 110 bytes:  | d: f16 | 64 bytes of indexes | 8 of their upper bits | 32 of signs | 4 of scales |
//   digits                 an entry of the lattice is four digits n, so each block of 32 has eight indexes of nine bits;
//                          the ninth bit of index k of block s is bit k of upper byte s
//   signs                  bit i of a block's four bytes is 1 where its element i is negative
//   scale of block s       nibble s, from the low end up
//   magnitude              2n + 1

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 110u;
  let at = plane_row * SCALE_WORDS + group * 2u;
  scales[at] = raw_word(start) & 0xffffu;
  scales[at + 1u] = raw_word(start + 106u);
  for (var block = 0u; block < 8u; block++) {
    let upper = raw_word(start + 66u + block);
    let signs = raw_word(start + 74u + block * 4u);
    var words = vec4u(0u);
    for (var k = 0u; k < 8u; k++) {
      let index = (raw_word(start + 2u + block * 8u + k) & 0xffu) | (((upper >> k) & 1u) << 8u);
      // 8 + n, its four bits turned over where the sign is set: 7 − n.
      let codes = (lattice_group(index) | 0x08080808u) ^ (spread_bits(signs >> (k * 4u)) * 15u);
      words[k & 3u] |= codes << (k & 4u);
    }
    quants[plane_row * BLOCKS + group * 8u + block] = words;
  }
}
