// IQ3_XXS file blocks → the planes of iq3-s.wgsl. One group is one file block of 256.
//
// In the file, 98 bytes:   | d: f16 | 64 bytes of indexes | 8 words of signs and scales |
//   digits                 an entry of the lattice is four digits n, so each block of 32 has eight indexes, a byte each
//   signs                  seven bits of a block's word for every eight elements, from the low end up; the eighth sign
//                          makes the number of negative ones even
//   scale of a block       the top four bits of its word; d · (scale + 0.5) / 2
//   magnitude              8n + 4, but 62 for n = 7

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = source_row * ROW_BYTES + group * 98u;
  let at = plane_row * SCALE_WORDS + group * 2u;
  var scale_word = 0u;
  for (var block = 0u; block < 8u; block++) {
    let packed = raw_word(start + 66u + block * 4u);
    scale_word |= (packed >> 28u) << (block * 4u);
    let signs = even_signs(packed);
    var words = vec4u(0u);
    for (var k = 0u; k < 8u; k++) {
      let index = raw_word(start + 2u + block * 8u + k) & 0xffu;
      // 8 + n, its four bits turned over where the sign is set: 7 − n.
      let codes = (lattice_group(index) | 0x08080808u) ^ (spread_bits(signs >> (k * 4u)) * 15u);
      words[k & 3u] |= codes << (k & 4u);
    }
    quants[plane_row * BLOCKS + group * 8u + block] = words;
  }
  scales[at] = (raw_word(start) & 0xffffu) | 0x38000000u; // 0.5
  scales[at + 1u] = scale_word;
}
