// Q5_0: 32 weights, w = d · (q − 16).
//
// In the file, 22 bytes:   | d: f16 | 4 bytes of upper bits | 16 bytes of nibbles |
//   upper bits             bit j, counted from the low end of the first byte, is the top bit of element j
//   nibbles                byte j holds the low bits of element j (low nibble) and of element j + 16 (high nibble)
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  a word of upper bits a block, then d of two blocks a word, the even block in the low
//                                  half; each row on its own word
//   upper bits             byte b: elements b, b + 4, … b + 28 from the low end up

fn load_scale(row: u32, block: u32) -> f32 {
  let pair = unpack2x16float(scales[row * SCALE_WORDS + BLOCKS + block / 2u]);
  return select(pair.x, pair.y, (block & 1u) == 1u);
}

// Five bits in the upper end of a signed byte, their top bit flipped, are 8 · (q − 16). `low` has nibbles from bit 3 and
// `upper` the top bit in the upper end of their bytes; other bits are masked.
fn codes(low: u32, upper: u32) -> vec4f {
  return vec4f(unpack4xI8(((low & 0x78787878u) | (upper & 0x80808080u)) ^ 0x80808080u));
}

fn load_codes(row: u32, block: u32) -> array<vec4f, 8> {
  let q = quants[row * BLOCKS + block];
  let upper = scales[row * SCALE_WORDS + block];
  return array<vec4f, 8>(
    codes(q.x << 3u, upper << 7u),
    codes(q.y << 3u, upper << 6u),
    codes(q.z << 3u, upper << 5u),
    codes(q.w << 3u, upper << 4u),
    codes(q.x >> 1u, upper << 3u),
    codes(q.y >> 1u, upper << 2u),
    codes(q.z >> 1u, upper << 1u),
    codes(q.w >> 1u, upper),
  );
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let q = load_codes(row, block);
  let scale = load_scale(row, block) * 0.125;
  return array<vec4f, 8>(
    scale * q[0],
    scale * q[1],
    scale * q[2],
    scale * q[3],
    scale * q[4],
    scale * q[5],
    scale * q[6],
    scale * q[7],
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let q = load_codes(row, block);
  let sum = q[0] * x[0] + q[1] * x[1] + q[2] * x[2] + q[3] * x[3]
    + q[4] * x[4] + q[5] * x[5] + q[6] * x[6] + q[7] * x[7];
  return load_scale(row, block) * 0.125 * (sum.x + sum.y + sum.z + sum.w);
}
