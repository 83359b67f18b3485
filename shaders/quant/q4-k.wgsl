// Q4_K: 256 weights in eight blocks of 32, w = d · scale · q − dmin · minimum.
//
// In the file, 144 bytes:  | d: f16 | dmin: f16 | 12 bytes of 6-bit scales and minima | 128 bytes of nibbles |
//   nibbles                each 32 bytes hold two blocks: the low nibbles the even one, the high nibbles the odd one
//   blocks s = 0…3         scale = low 6 bits of byte s;  minimum = low 6 bits of byte s + 4
//   blocks s = 4…7         scale = low nibble of byte s + 4, and the top 2 bits of byte s − 4 above it
//                          minimum = high nibble of byte s + 4, and the top 2 bits of byte s above it
// In the planes:           quants  one vec4u a block, byte j holding elements j (low nibble) and j + 16 (high nibble)
//                          scales  four words a 256: d and dmin, then the 12 bytes as they are

// (d · scale, dmin · minimum) of a block; both products are exact in f32.
fn load_scale(row: u32, block: u32) -> vec2f {
  let at = row * SCALE_WORDS + (block / 8u) * 4u;
  let shift = (block & 3u) * 8u;
  let packed = vec3u(scales[at + 1u], scales[at + 2u], scales[at + 3u]) >> vec3u(shift);
  let first_four = packed.xy & vec2u(63u);
  let last_four = ((vec2u(packed.z) >> vec2u(0u, 4u)) & vec2u(15u)) | ((packed.xy >> vec2u(2u)) & vec2u(48u));
  return unpack2x16float(scales[at]) * vec2f(select(first_four, last_four, (block & 4u) != 0u));
}

fn low_codes(word: u32) -> vec4f {
  return vec4f(unpack4xU8(word & 0x0f0f0f0fu));
}

fn high_codes(word: u32) -> vec4f {
  return vec4f(unpack4xU8((word >> 4u) & 0x0f0f0f0fu));
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  return array<vec4f, 8>(
    scale.x * low_codes(q.x) - scale.y,
    scale.x * low_codes(q.y) - scale.y,
    scale.x * low_codes(q.z) - scale.y,
    scale.x * low_codes(q.w) - scale.y,
    scale.x * high_codes(q.x) - scale.y,
    scale.x * high_codes(q.y) - scale.y,
    scale.x * high_codes(q.z) - scale.y,
    scale.x * high_codes(q.w) - scale.y,
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = quants[row * BLOCKS + block];
  let scale = load_scale(row, block);
  let sum = low_codes(q.x) * x[0] + low_codes(q.y) * x[1] + low_codes(q.z) * x[2] + low_codes(q.w) * x[3]
    + high_codes(q.x) * x[4] + high_codes(q.y) * x[5] + high_codes(q.z) * x[6] + high_codes(q.w) * x[7];
  return scale.x * (sum.x + sum.y + sum.z + sum.w) - scale.y * x_sum;
}
