// IQ2_XXS file blocks → the planes of iq2-s.wgsl, by snippets/iq2-repack.wgsl.
//
// In the file, 66 bytes:   | d: f16 | 8 times 8 bytes, for a block of 32 each: 4 indexes, then a word of signs and scale |
//   digits                 an entry of the lattice is eight digits, so a block has four indexes, a byte each
//   signs                  seven bits of the word for every eight elements, from the low end up; the eighth sign makes the
//                          number of negative ones even
//   scale of a block       the top four bits of the word

const FILE_BLOCK_BYTES: u32 = 66u;

fn read_block(start: u32, block: u32) -> LatticeBlock {
  let indexes = raw_word(start + 2u + block * 8u);
  let packed = raw_word(start + 6u + block * 8u);
  return LatticeBlock(
    (vec4u(indexes) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu),
    even_signs(packed),
    (packed >> 28u) * 0x11u,
  );
}
