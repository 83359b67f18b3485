// Q6_K: 256 weights in eight blocks of 32, a scale per 16, w = d · scale · (q − 32).
//
// In the file, 210 bytes:  | 128 bytes of low nibbles | 64 bytes of upper bit pairs | 16 signed scales | d: f16 |
//   each half of 128       64 bytes of nibbles: low nibbles elements 0…63, high nibbles 64…127
//                          32 bytes of pairs: byte l has elements l, l + 32, l + 64, l + 96 from the low end up
// In the planes:           quants  one vec4u a block, byte j holding the low bits of elements j and j + 16
//                          scales  21 words a 256: two words of pairs a block, four words of scales, d in the low half
//   pairs                  byte b of a block's first word: elements b, b + 4, b + 8, b + 12 from the low end up; the
//                          second word likewise from element 16 on

const GROUP_WORDS: u32 = 21u;

// d · scale of both halves of a block, over 4: `codes` are four times too large.
fn load_scale(row: u32, block: u32) -> vec2f {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + 16u;
  let in_group = block & 7u;
  let pair = scales[at + in_group / 2u] >> ((in_group & 1u) * 16u);
  return unpack2x16float(scales[at + 4u]).x * 0.25 * vec2f(unpack4xI8(pair).xy);
}

// The two words of upper pairs of a block.
fn load_pairs(row: u32, block: u32) -> vec2u {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + (block & 7u) * 2u;
  return vec2u(scales[at], scales[at + 1u]);
}

// Six bits in the upper end of a signed byte, their top bit flipped, are 4 · (q − 32). `low` has nibbles and `upper`
// pairs in the upper end of their bytes; other bits are masked.
fn codes(low: u32, upper: u32) -> vec4f {
  return vec4f(unpack4xI8((((low >> 2u) & 0x3c3c3c3cu) | (upper & 0xc0c0c0c0u)) ^ 0x80808080u));
}

fn load_codes(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let upper = load_pairs(row, block);
  return array<vec4f, 8>(
    codes(q.x << 4u, upper.x << 6u),
    codes(q.y << 4u, upper.x << 4u),
    codes(q.z << 4u, upper.x << 2u),
    codes(q.w << 4u, upper.x),
    codes(q.x, upper.y << 6u),
    codes(q.y, upper.y << 4u),
    codes(q.z, upper.y << 2u),
    codes(q.w, upper.y),
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
