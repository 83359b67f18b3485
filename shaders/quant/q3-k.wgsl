// Q3_K: 256 weights in eight blocks of 32, a scale per 16, w = d · (scale − 32) · (q − 4).
//
// In the file, 110 bytes:  | 32 bytes of upper bits | 64 bytes of bit pairs | 12 bytes of 6-bit scales | d: f16 |
//   upper bits             byte l holds the top bits of the elements l, l + 32, … l + 224 from the low end up
//   pairs                  each half of 128 has 32 bytes: byte l has elements l, l + 32, l + 64, l + 96 from the low end up
//   scales h = 0…15        low four bits: byte h % 8, its low nibble for h < 8, else its high nibble
//                          upper two bits: byte 8 + h % 4, from the low end up for h = h % 4, + 4, + 8, + 12
// In the planes:           quants  one vec4u two blocks, two words a block
//                          scales  12 words a 256: a word of upper bits a block, the 12 bytes as they are, d in the low half
//   pairs, upper bits      as `three-bits.wgsl` has them

const GROUP_WORDS: u32 = 12u;

// d · (scale − 32) of both halves of a block.
fn load_scale(row: u32, block: u32) -> vec2f {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + 8u;
  let in_group = block & 7u;
  // The block's scales are 2 · in_group and the next: neighbouring bytes of one word.
  let shift = (in_group & 1u) * 16u;
  let low = scales[at + ((in_group >> 1u) & 1u)] >> (shift + (in_group >> 2u) * 4u);
  let upper = scales[at + 2u] >> (shift + (in_group >> 1u) * 2u);
  let packed = unpack4xU8((low & 0x0f0fu) | ((upper & 0x0303u) << 4u)).xy;
  return unpack2x16float(scales[at + 3u]).x * (vec2f(packed) - 32.0);
}

fn load_three_bits(row: u32, block: u32) -> ThreeBits {
  let q = quants[row * (BLOCKS / 2u) + block / 2u];
  let upper = scales[row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + (block & 7u)];
  return ThreeBits(select(q.xy, q.zw, (block & 1u) == 1u), upper, load_scale(row, block).xxyy);
}
