// IQ1_S file blocks → the planes of iq1-m.wgsl, by snippets/iq1-repack.wgsl.
//
// In the file, 50 bytes:   | d: f16 | 32 bytes of indexes | 8 times 2 bytes, for a block of 32 each |
//   digits                 an entry of the lattice is eight digits, so a block has four indexes of eleven bits; the upper
//                          three of index k are bits 3k, 3k + 1 and 3k + 2 of the block's two bytes
//   scale of a block       bits 12 to 14 of its two bytes
//   delta of a block       +1/8, or −1/8 where bit 15 is set

const FILE_BLOCK_BYTES: u32 = 50u;

fn read_d(start: u32) -> u32 {
  return raw_word(start) & 0xffffu;
}

fn read_block(start: u32, block: u32) -> LatticeBlock {
  let low = (vec4u(raw_word(start + 2u + block * 4u)) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
  let packed = raw_word(start + 34u + block * 2u);
  let upper = (vec4u(packed) >> vec4u(0u, 3u, 6u, 9u)) & vec4u(7u);
  return LatticeBlock(low | (upper << vec4u(8u)), ((packed >> 15u) & 1u) * 15u, ((packed >> 12u) & 7u) * 9u);
}
