// Gathers what a file scatters: codes of a block of 32 weights, for the repack kernels of several formats. `start` is a
// byte of the file, `raw_word` reads it.

// Word `index` of a block's nibbles: the low ones are elements 4·index…, the high ones those 16 further on. The file has
// one element a byte, in the four bits from `shift` up.
fn gather_nibbles(start: u32, shift: u32, index: u32) -> u32 {
  let low = (raw_word(start + index * 4u) >> shift) & 0x0f0f0f0fu;
  let high = (raw_word(start + 16u + index * 4u) >> shift) & 0x0f0f0f0fu;
  return low | (high << 4u);
}

// The bit pairs of 16 elements in one word: byte b holds the elements b, b + 4, b + 8 and b + 12 from the low end up. The
// file has one element a byte, in the two bits from `shift` up.
fn gather_pairs(start: u32, shift: u32) -> u32 {
  var word = 0u;
  for (var index = 0u; index < 4u; index++) {
    word |= ((raw_word(start + index * 4u) >> shift) & 0x03030303u) << (index * 2u);
  }
  return word;
}

// The bits of 32 elements in one word: byte b holds the elements b, b + 4, … b + 28 from the low end up. The file has one
// element a byte, in the bit `shift`.
fn gather_bits(start: u32, shift: u32) -> u32 {
  var word = 0u;
  for (var index = 0u; index < 8u; index++) {
    word |= ((raw_word(start + index * 4u) >> shift) & 0x01010101u) << index;
  }
  return word;
}

// The four lowest bits, each in the lowest bit of a byte.
fn spread_bits(bits: u32) -> u32 {
  // Times 1 + 2⁷ + 2¹⁴ + 2²¹, bit k of a nibble lands on bit 8·k, among others.
  return ((bits & 15u) * 0x204081u) & 0x01010101u;
}

// The same as of `gather_bits` from one word of the file that has element i in bit i.
fn turn_bits(bits: u32) -> u32 {
  var word = 0u;
  for (var index = 0u; index < 8u; index++) {
    word |= spread_bits(bits >> (index * 4u)) << index;
  }
  return word;
}
