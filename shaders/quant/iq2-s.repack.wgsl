// IQ2_S file blocks → planes, which iq2-s.wgsl draws, by snippets/iq2-repack.wgsl.
//
// In the file, 82 bytes:   | d: f16 | 32 bytes of indexes | 32 of signs | 8 of indexes' upper bits | 8 of scales |
//   digits                 an entry of the lattice is eight digits, so each block of 32 has four indexes of ten bits; the
//                          upper two of index k of block s are pair k of upper byte s, from the low end up
//   signs                  bit i of a block's four bytes is 1 where its element i is negative
//   scales of block s      the nibbles of byte s, the low one for the first half

const FILE_BLOCK_BYTES: u32 = 82u;

fn read_block(start: u32, block: u32) -> LatticeBlock {
  let low = (vec4u(raw_word(start + 2u + block * 4u)) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
  let upper = (vec4u(raw_word(start + 66u + block)) >> vec4u(0u, 2u, 4u, 6u)) & vec4u(3u);
  return LatticeBlock(
    low | (upper << vec4u(8u)),
    raw_word(start + 34u + block * 4u),
    raw_word(start + 74u + block) & 0xffu,
  );
}
