// IQ2_XS file blocks → the planes of iq2-s.wgsl, by snippets/iq2-repack.wgsl.
//
// In the file, 74 bytes:   | d: f16 | 32 times 2 bytes, for eight weights each | 8 bytes of scales |
//   digits                 an entry of the lattice is eight digits; the lower nine of the 16 bits are its index
//   signs                  the upper seven bits, from the low end up; the eighth sign makes the number of negative ones even
//   scales of block s      the nibbles of byte s, the low one for the first half

const FILE_BLOCK_BYTES: u32 = 74u;

fn read_block(start: u32, block: u32) -> LatticeBlock {
  let first = raw_word(start + 2u + block * 8u);
  let second = raw_word(start + 6u + block * 8u);
  let codes = (vec2u(first, second).xxyy >> vec4u(0u, 16u, 0u, 16u)) & vec4u(0xffffu);
  let sevens = codes >> vec4u(9u);
  return LatticeBlock(
    codes & vec4u(511u),
    even_signs(sevens.x | (sevens.y << 7u) | (sevens.z << 14u) | (sevens.w << 21u)),
    raw_word(start + 66u + block) & 0xffu,
  );
}
