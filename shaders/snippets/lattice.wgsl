// Groups of digits and signs, for the repack kernels of IQ1, IQ2 and IQ3. `table` is a lattice: a buffer, for some compilers
// take ten seconds over so many constants.

// A group as quant/lattices.ts lays it out: a nibble in each byte.
fn lattice_group(index: u32) -> u32 {
  return (table[index / 2u] >> ((index & 1u) * 4u)) & 0x0f0f0f0fu;
}

// The signs of 32 elements, element i in bit i, from seven bits for every eight, from the low end up: the eighth sign makes
// their number even.
fn even_signs(sevens: u32) -> u32 {
  var signs = 0u;
  for (var octet = 0u; octet < 4u; octet++) {
    let seven = (sevens >> (octet * 7u)) & 127u;
    signs |= (seven | ((countOneBits(seven) & 1u) << 7u)) << (octet * 8u);
  }
  return signs;
}
