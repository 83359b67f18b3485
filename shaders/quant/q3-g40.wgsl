// Q3_G40: 32 weights, w = d · (q − 4), one of two scales for each run of eight. Not of GGUF: the numbers of MLC's q3f16_1,
// whose groups of 40 weights end within every block of 32 but the first and the last of five, always on a run's edge.
//
// As it is read, 16 bytes: | 8 bytes of bit pairs | 4 bytes of upper bits | d0: f16 | d1: f16 |
//   pairs, upper bits      as `three-bits.wgsl` has them
//   d0, d1                 magnitudes; their signs say how many runs, from the first, d0 is for: 1 + sign of d0 + 2 · sign
//                          of d1. d1 is for the others
// In the planes:           quants  one vec4u a block: the 16 bytes as they are; `scales` is not read

fn load_three_bits(row: u32, block: u32) -> ThreeBits {
  let q = quants[row * BLOCKS + block];
  let d = unpack2x16float(q.w & 0x7fff7fffu);
  let others = vec4u(0u, 1u, 2u, 3u) > vec4u(((q.w >> 15u) & 1u) + 2u * (q.w >> 31u));
  return ThreeBits(q.xy, q.z, select(d.xxxx, d.yyyy, others));
}
