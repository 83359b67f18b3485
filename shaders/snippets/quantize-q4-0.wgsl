// Q4_0 of 32 floats: d = m / −8 for the weight m that is furthest from zero, codes from 0 to 15 around 8; so m has the code
// 0, exactly. Planes: see `quant/q4-0.wgsl`.

fn scale_bits(furthest: u32) -> u32 {
  let exponent = (furthest >> 23u) & 0xffu;
  let magnitude = half_bits((furthest & 0x7fffffu) | 0x800000u, i32(exponent) - 153, false);
  return magnitude | (((furthest >> 16u) & 0x8000u) ^ 0x8000u);
}

fn nibbles(weights: vec4f, scale: f32) -> u32 {
  return pack4xU8(vec4u(clamp(rounded_quotient(weights, scale) + 8.0, vec4f(0.0), vec4f(15.0))));
}

fn word_of(low: vec4f, high: vec4f, scale: f32) -> u32 {
  return nibbles(low, scale) | (nibbles(high, scale) << 4u);
}

fn write_codes(block: u32, w: array<vec4f, 8>, scale: f32) {
  codes[block] = vec4u(
    word_of(w[0], w[4], scale),
    word_of(w[1], w[5], scale),
    word_of(w[2], w[6], scale),
    word_of(w[3], w[7], scale),
  );
}
