// Q2_K: 256 weights in eight blocks of 32, scale and minimum per 16, w = d · scale · q − dmin · minimum.
//
// In the file, 84 bytes:   | 16 bytes of scales and minima | 64 bytes of bit pairs | d: f16 | dmin: f16 |
//   scales and minima      byte h is the h-th 16 elements' scale (low nibble) and minimum (high nibble)
//   pairs                  each half of 128 has 32 bytes: byte l has elements l, l + 32, l + 64, l + 96 from the low end up
// In the planes:           quants  one vec4u two blocks, two words a block
//                          scales  five words a 256: the 16 bytes as they are, d in the low half and dmin in the high half
//   pairs                  byte b of a block's first word: elements b, b + 4, b + 8, b + 12 from the low end up; the
//                          second word likewise from element 16 on

const GROUP_WORDS: u32 = 5u;

// d · scale of both halves of a block, then dmin · minimum of both; all exact in f32.
fn load_scale(row: u32, block: u32) -> vec4f {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS;
  let in_group = block & 7u;
  let packed = scales[at + in_group / 2u] >> ((in_group & 1u) * 16u);
  let d = unpack2x16float(scales[at + 4u]);
  return d.xxyy * vec4f(unpack4xU8((packed & 0x0f0fu) | ((packed & 0xf0f0u) << 12u)));
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
    scale.x * codes(q.x) - scale.z,
    scale.x * codes(q.x >> 2u) - scale.z,
    scale.x * codes(q.x >> 4u) - scale.z,
    scale.x * codes(q.x >> 6u) - scale.z,
    scale.y * codes(q.y) - scale.w,
    scale.y * codes(q.y >> 2u) - scale.w,
    scale.y * codes(q.y >> 4u) - scale.w,
    scale.y * codes(q.y >> 6u) - scale.w,
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_pairs(row, block);
  let scale = load_scale(row, block);
  let first = codes(q.x) * x[0] + codes(q.x >> 2u) * x[1] + codes(q.x >> 4u) * x[2] + codes(q.x >> 6u) * x[3];
  let second = codes(q.y) * x[4] + codes(q.y >> 2u) * x[5] + codes(q.y >> 4u) * x[6] + codes(q.y >> 6u) * x[7];
  // Sums of x by halves: the same for every row, so that a compiler makes them once.
  let sum = scale.x * first + scale.y * second
    - scale.z * (x[0] + x[1] + x[2] + x[3]) - scale.w * (x[4] + x[5] + x[6] + x[7]);
  return sum.x + sum.y + sum.z + sum.w;
}
