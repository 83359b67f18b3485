// IQ1_M file blocks → planes, which iq1-m.wgsl draws, by snippets/iq1-repack.wgsl.
//
// In the file, 56 bytes:   | 32 bytes of indexes | 16 of their upper bits and deltas | 4 times 2 bytes of scales and d |
//   digits                 an entry of the lattice is eight digits, so a block of 32 has four indexes of eleven bits
//   upper bits and deltas  a nibble for each index, from the low end up: its upper three bits, then 0 for a delta of +1/8
//                          or 1 for −1/8
//   scales and d           each two bytes have the scales of 64 weights, three bits for 16, from the low end up, and above
//                          them four bits of d (f16), its lowest first

const FILE_BLOCK_BYTES: u32 = 56u;

fn read_d(start: u32) -> u32 {
  let first = raw_word(start + 48u);
  let second = raw_word(start + 52u);
  return ((first >> 12u) & 0x000fu) | ((first >> 24u) & 0x00f0u)
    | ((second >> 4u) & 0x0f00u) | ((second >> 16u) & 0xf000u);
}

fn read_block(start: u32, block: u32) -> LatticeBlock {
  let low = (vec4u(raw_word(start + block * 4u)) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
  let nibbles = vec4u(raw_word(start + 32u + block * 2u)) >> vec4u(0u, 4u, 8u, 12u);
  let deltas = ((nibbles >> vec4u(3u)) & vec4u(1u)) << vec4u(0u, 1u, 2u, 3u);
  let packed = raw_word(start + 48u + (block / 2u) * 2u) >> ((block & 1u) * 6u);
  return LatticeBlock(
    low | ((nibbles & vec4u(7u)) << vec4u(8u)),
    deltas.x | deltas.y | deltas.z | deltas.w,
    packed & 63u,
  );
}
