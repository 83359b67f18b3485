// IQ2_S, IQ2_XS and IQ2_XXS: 256 weights in eight blocks of 32, a scale per 16, w = d / 8 · (2 · scale + 1) · value(q).
//
// In the files:            see iq2-s.repack.wgsl and those of the other two; all say a digit n = 0…2 and a sign for each weight
// In the planes:           quants  one vec4u two blocks, two words of pairs a block
//                          scales  11 words a 256: a word of upper bits a block, d in the low half of the next, then the
//                                  scales, a nibble each, from the low end up
//   q                      4 + n, or 3 − n for a negative weight: a pair and an upper bit
//   pairs                  byte b of a block's first word: elements b, b + 4, b + 8, b + 12 from the low end up; the
//                          second word likewise from element 16 on
//   upper bits             byte b: elements b, b + 4, … b + 28 from the low end up
//   value(q)               −43, −25, −8, 8, 25, 43 for q = 1…6

const GROUP_WORDS: u32 = 11u;

// d / 8 · (2 · scale + 1) of both halves of a block, exact in f32.
fn load_scale(row: u32, block: u32) -> vec2f {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + 8u;
  let in_group = block & 7u;
  let packed = scales[at + 1u + in_group / 4u] >> ((in_group & 3u) * 8u);
  let both = vec2f(vec2u(packed & 15u, (packed >> 4u) & 15u));
  return unpack2x16float(scales[at]).x * 0.125 * (2.0 * both + 1.0);
}

// The two words of pairs of a block.
fn load_pairs(row: u32, block: u32) -> vec2u {
  let q = quants[row * (BLOCKS / 2u) + block / 2u];
  return select(q.xy, q.zw, (block & 1u) == 1u);
}

// `low` has pairs from bit 5 and `upper` the top bit in the upper end of their bytes; other bits are masked. Then t is 16
// times −5, −3, … 5, of which a rounded polynomial of the third degree makes the values: it comes within 0.29 of each.
fn values(low: u32, upper: u32) -> vec4f {
  let t = vec4f(unpack4xU8((low & 0x60606060u) | (upper & 0x80808080u))) - 112.0;
  return round(t * (0.516875 + 0.0000026855 * t * t));
}

fn load_values(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_pairs(row, block);
  let upper = scales[row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + (block & 7u)];
  return array<vec4f, 8>(
    values(q.x << 5u, upper << 7u),
    values(q.x << 3u, upper << 6u),
    values(q.x << 1u, upper << 5u),
    values(q.x >> 1u, upper << 4u),
    values(q.y << 5u, upper << 3u),
    values(q.y << 3u, upper << 2u),
    values(q.y << 1u, upper << 1u),
    values(q.y >> 1u, upper),
  );
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_values(row, block);
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
  let q = load_values(row, block);
  let scale = load_scale(row, block);
  let sum = scale.x * (q[0] * x[0] + q[1] * x[1] + q[2] * x[2] + q[3] * x[3])
    + scale.y * (q[4] * x[4] + q[5] * x[5] + q[6] * x[6] + q[7] * x[7]);
  return sum.x + sum.y + sum.z + sum.w;
}
