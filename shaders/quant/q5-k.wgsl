// Q5_K: 256 weights in eight blocks of 32, w = d · scale · q − dmin · minimum.
//
// In the file, 176 bytes:  | d: f16 | dmin: f16 | 12 bytes of 6-bit scales and minima | 32 bytes of upper bits |
//                          | 128 bytes of nibbles |
//   scales and minima      as in Q4_K
//   upper bits             byte l holds the top bits of the elements l, l + 32, … l + 224 from the low end up
//   nibbles                each 32 bytes hold two blocks: the low nibbles the even one, the high nibbles the odd one
// In the planes:           quants  one vec4u a block, byte j holding the low bits of elements j and j + 16
//                          scales  12 words a 256: d and dmin, the 12 bytes as they are, a word of upper bits a block
//   upper bits             byte b: elements b, b + 4, … b + 28 from the low end up

const GROUP_WORDS: u32 = 12u;

// (d · scale, dmin · minimum) of a block; both products are exact in f32.
fn load_scale(row: u32, block: u32) -> vec2f {
  let at = row * SCALE_WORDS + (block / 8u) * GROUP_WORDS;
  let shift = (block & 3u) * 8u;
  let packed = vec3u(scales[at + 1u], scales[at + 2u], scales[at + 3u]) >> vec3u(shift);
  let first_four = packed.xy & vec2u(63u);
  let last_four = ((vec2u(packed.z) >> vec2u(0u, 4u)) & vec2u(15u)) | ((packed.xy >> vec2u(2u)) & vec2u(48u));
  return unpack2x16float(scales[at]) * vec2f(select(first_four, last_four, (block & 4u) != 0u));
}

// `low` has nibbles in the low end and `upper` the top bit in bit 4 of their bytes; other bits are masked.
fn codes(low: u32, upper: u32) -> vec4f {
  return vec4f(unpack4xU8((low & 0x0f0f0f0fu) | (upper & 0x10101010u)));
}

fn load_codes(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let upper = scales[row * SCALE_WORDS + (block / 8u) * GROUP_WORDS + 4u + (block & 7u)];
  return array<vec4f, 8>(
    codes(q.x, upper << 4u),
    codes(q.y, upper << 3u),
    codes(q.z, upper << 2u),
    codes(q.w, upper << 1u),
    codes(q.x >> 4u, upper),
    codes(q.y >> 4u, upper >> 1u),
    codes(q.z >> 4u, upper >> 2u),
    codes(q.w >> 4u, upper >> 3u),
  );
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_codes(row, block);
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.x * q[0] - scale.y,
    scale.x * q[1] - scale.y,
    scale.x * q[2] - scale.y,
    scale.x * q[3] - scale.y,
    scale.x * q[4] - scale.y,
    scale.x * q[5] - scale.y,
    scale.x * q[6] - scale.y,
    scale.x * q[7] - scale.y,
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_codes(row, block);
  let scale = load_scale(row, block);
  let sum = q[0] * x[0] + q[1] * x[1] + q[2] * x[2] + q[3] * x[3]
    + q[4] * x[4] + q[5] * x[5] + q[6] * x[6] + q[7] * x[7];
  return scale.x * (sum.x + sum.y + sum.z + sum.w) - scale.y * x_sum;
}
