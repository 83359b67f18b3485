// Q8_0 of 32 floats: d = max |w| / 127, codes from −127 to 127. Planes: see `quant/q8-0.wgsl`.

fn scale_bits(furthest: u32) -> u32 {
  let exponent = (furthest >> 23u) & 0xffu;
  // Whole numbers: seven bits more than f32 has leave a rest below what decides between two f16.
  let shifted = ((furthest & 0x7fffffu) | 0x800000u) << 7u;
  return half_bits(shifted / 127u, i32(exponent) - 157, shifted % 127u != 0u);
}

fn word_of(weights: vec4f, scale: f32) -> u32 {
  return pack4xI8(vec4i(clamp(rounded_quotient(weights, scale), vec4f(-127.0), vec4f(127.0))));
}

fn write_codes(block: u32, w: array<vec4f, 8>, scale: f32) {
  codes[block * 2u] = vec4u(word_of(w[0], scale), word_of(w[1], scale), word_of(w[2], scale), word_of(w[3], scale));
  codes[block * 2u + 1u] = vec4u(word_of(w[4], scale), word_of(w[5], scale), word_of(w[6], scale), word_of(w[7], scale));
}
