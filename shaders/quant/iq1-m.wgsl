// IQ1_M and IQ1_S: 256 weights in eight blocks of 32, a scale per 16, a delta of ±1/8 per 8,
// w = d · (2 · scale + 1) · (q − 1 + delta).
//
// In the files:            see iq1-m.repack.wgsl and iq1-s.repack.wgsl; both say a digit q = 0…2 for each weight
// In the planes:           quants  one vec4u two blocks, two words a block
//                          scales  three words a 256: the deltas, bit k for elements 8k…, 1 for −1/8; then the scales of the
//                                  first 128 and of the last, three bits each from the low end up, and above them the lower
//                                  and the upper byte of d
//   pairs                  byte b of a block's first word: elements b, b + 4, b + 8, b + 12 from the low end up; the
//                          second word likewise from element 16 on

const GROUP_WORDS: u32 = 3u;

struct Scale {
  factors: vec2f, // d · (2 · scale + 1) of both halves, exact in f32
  offsets: vec4f, // 1 − delta of every eight
}

fn load_scale(row: u32, block: u32) -> Scale {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS;
  let deltas = (vec4u(scales[at] >> ((block & 7u) * 4u)) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u);
  let words = vec2u(scales[at + 1u], scales[at + 2u]);
  let d = unpack2x16float((words.x >> 24u) | ((words.y >> 24u) << 8u)).x;
  let packed = select(words.x, words.y, (block & 4u) != 0u) >> ((block & 3u) * 6u);
  let both = vec2f(vec2u(packed & 7u, (packed >> 3u) & 7u));
  return Scale(d * (2.0 * both + 1.0), 0.875 + 0.25 * vec4f(deltas));
}

// The two words of pairs of a block.
fn load_pairs(row: u32, block: u32) -> vec2u {
  let q = quants[row * (BLOCKS / 2u) + block / 2u];
  return select(q.xy, q.zw, (block & 1u) == 1u);
}

fn codes(word: u32) -> vec4f {
  return vec4f(unpack4xU8(word & 0x03030303u));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_pairs(row, block);
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.factors.x * (codes(q.x) - scale.offsets.x),
    scale.factors.x * (codes(q.x >> 2u) - scale.offsets.x),
    scale.factors.x * (codes(q.x >> 4u) - scale.offsets.y),
    scale.factors.x * (codes(q.x >> 6u) - scale.offsets.y),
    scale.factors.y * (codes(q.y) - scale.offsets.z),
    scale.factors.y * (codes(q.y >> 2u) - scale.offsets.z),
    scale.factors.y * (codes(q.y >> 4u) - scale.offsets.w),
    scale.factors.y * (codes(q.y >> 6u) - scale.offsets.w),
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_pairs(row, block);
  let scale = load_scale(row, block);
  let first = codes(q.x) * x[0] + codes(q.x >> 2u) * x[1] + codes(q.x >> 4u) * x[2] + codes(q.x >> 6u) * x[3];
  let second = codes(q.y) * x[4] + codes(q.y >> 2u) * x[5] + codes(q.y >> 4u) * x[6] + codes(q.y >> 6u) * x[7];
  // Sums of x by eights: the same for every row, so that a compiler makes them once.
  let sum = scale.factors.x * (first - scale.offsets.x * (x[0] + x[1]) - scale.offsets.y * (x[2] + x[3]))
    + scale.factors.y * (second - scale.offsets.z * (x[4] + x[5]) - scale.offsets.w * (x[6] + x[7]));
  return sum.x + sum.y + sum.z + sum.w;
}
