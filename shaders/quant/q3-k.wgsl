// Q3_K: 256 weights in eight blocks of 32, a scale per 16, w = d · (scale − 32) · (q − 4).
//
// In the file, 110 bytes:  | 32 bytes of upper bits | 64 bytes of bit pairs | 12 bytes of 6-bit scales | d: f16 |
//   upper bits             byte l holds the top bits of the elements l, l + 32, … l + 224 from the low end up
//   pairs                  each half of 128 has 32 bytes: byte l has elements l, l + 32, l + 64, l + 96 from the low end up
//   scales h = 0…15        low four bits: byte h % 8, its low nibble for h < 8, else its high nibble
//                          upper two bits: byte 8 + h % 4, from the low end up for h = h % 4, + 4, + 8, + 12
// In the planes:           quants  one vec4u two blocks, two words a block
//                          scales  12 words a 256: a word of upper bits a block, the 12 bytes as they are, d in the low half
//   pairs                  byte b of a block's first word: elements b, b + 4, b + 8, b + 12 from the low end up; the
//                          second word likewise from element 16 on
//   upper bits             byte b: elements b, b + 4, … b + 28 from the low end up

const GROUP_WORDS: u32 = 12u;

// d · (scale − 32) of both halves of a block, over 32: `codes` are 32 times too large.
fn load_scale(row: u32, block: u32) -> vec2f {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + 8u;
  let in_group = block & 7u;
  // The block's scales are 2 · in_group and the next: neighbouring bytes of one word.
  let shift = (in_group & 1u) * 16u;
  let low = scales[at + ((in_group >> 1u) & 1u)] >> (shift + (in_group >> 2u) * 4u);
  let upper = scales[at + 2u] >> (shift + (in_group >> 1u) * 2u);
  let packed = unpack4xU8((low & 0x0f0fu) | ((upper & 0x0303u) << 4u)).xy;
  return unpack2x16float(scales[at + 3u]).x * 0.03125 * (vec2f(packed) - 32.0);
}

// The two words of pairs of a block.
fn load_pairs(row: u32, block: u32) -> vec2u {
  let q = quants[row * (BLOCKS / 2u) + block / 2u];
  return select(q.xy, q.zw, (block & 1u) == 1u);
}

// Three bits in the upper end of a signed byte, their top bit flipped, are 32 · (q − 4). `low` has pairs from bit 5 and
// `upper` the top bit in the upper end of their bytes; other bits are masked.
fn codes(low: u32, upper: u32) -> vec4f {
  return vec4f(unpack4xI8(((low & 0x60606060u) | (upper & 0x80808080u)) ^ 0x80808080u));
}

fn load_codes(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_pairs(row, block);
  let upper = scales[row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + (block & 7u)];
  return array<vec4f, 8>(
    codes(q.x << 5u, upper << 7u),
    codes(q.x << 3u, upper << 6u),
    codes(q.x << 1u, upper << 5u),
    codes(q.x >> 1u, upper << 4u),
    codes(q.y << 5u, upper << 3u),
    codes(q.y << 3u, upper << 2u),
    codes(q.y << 1u, upper << 1u),
    codes(q.y >> 1u, upper),
  );
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_codes(row, block);
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.x * q[0],
    scale.x * q[1],
    scale.x * q[2],
    scale.x * q[3],
    scale.y * q[4],
    scale.y * q[5],
    scale.y * q[6],
    scale.y * q[7],
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_codes(row, block);
  let scale = load_scale(row, block);
  let sum = scale.x * (q[0] * x[0] + q[1] * x[1] + q[2] * x[2] + q[3] * x[3])
    + scale.y * (q[4] * x[4] + q[5] * x[5] + q[6] * x[6] + q[7] * x[7]);
  return sum.x + sum.y + sum.z + sum.w;
}
