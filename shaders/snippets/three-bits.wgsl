// Blocks of 32 weights w = d · (q − 4), three bits each, a scale d for each run of eight. The format's own part defines
// `load_three_bits(row, block) -> ThreeBits`.

struct ThreeBits {
  // The lower two bits: byte b of the first word has the elements b, b + 4, b + 8, b + 12 from the low end up; the second
  // word likewise from element 16 on.
  pairs: vec2u,
  // The top bits: byte b has the elements b, b + 4, … b + 28 from the low end up.
  upper: u32,
  // d of each run of eight elements.
  scale: vec4f,
}

// Three bits in the upper end of a signed byte, their top bit flipped, are 32 · (q − 4). `low` has pairs from bit 5 and
// `upper` the top bit in the upper end of their bytes; other bits are masked.
fn codes(low: u32, upper: u32) -> vec4f {
  return vec4f(unpack4xI8(((low & 0x60606060u) | (upper & 0x80808080u)) ^ 0x80808080u));
}

fn all_codes(pairs: vec2u, upper: u32) -> array<vec4f, 8> {
  return array<vec4f, 8>(
    codes(pairs.x << 5u, upper << 7u),
    codes(pairs.x << 3u, upper << 6u),
    codes(pairs.x << 1u, upper << 5u),
    codes(pairs.x >> 1u, upper << 4u),
    codes(pairs.y << 5u, upper << 3u),
    codes(pairs.y << 3u, upper << 2u),
    codes(pairs.y << 1u, upper << 1u),
    codes(pairs.y >> 1u, upper),
  );
}

fn load_block(row: u32, block: u32) -> array<vec4f, 8> {
  let packed = load_three_bits(row, block);
  let q = all_codes(packed.pairs, packed.upper);
  let scale = packed.scale * 0.03125;
  return array<vec4f, 8>(
    scale.x * q[0],
    scale.x * q[1],
    scale.y * q[2],
    scale.y * q[3],
    scale.z * q[4],
    scale.z * q[5],
    scale.w * q[6],
    scale.w * q[7],
  );
}

fn dot_block(row: u32, block: u32, x: array<vec4f, 8>, x_sum: f32) -> f32 {
  let packed = load_three_bits(row, block);
  let q = all_codes(packed.pairs, packed.upper);
  let scale = packed.scale * 0.03125;
  let sum = scale.x * (q[0] * x[0] + q[1] * x[1]) + scale.y * (q[2] * x[2] + q[3] * x[3])
    + scale.z * (q[4] * x[4] + q[5] * x[5]) + scale.w * (q[6] * x[6] + q[7] * x[7]);
  return sum.x + sum.y + sum.z + sum.w;
}
