// TQ1_0: 256 weights, w = d · (q − 1), five ternary digits a byte. One group is two file blocks, because their scales share
// a word.
//
// In the file, 54 bytes:   | 32 bytes | 16 bytes | 4 bytes | d: f16 |
//   digits                 a byte b is the fraction b / 256 in base three, its first digit on top
//   32 bytes               byte m has the elements m, m + 32, m + 64, m + 96, m + 128
//   16 bytes               byte m has the elements 160 + m, 176 + m, 192 + m, 208 + m, 224 + m
//   4 bytes                byte j has the elements 240 + j, 244 + j, 248 + j, 252 + j
// In the planes:           those of TQ2_0, two bits a weight: a fifth more memory, but nothing to divide at each token

fn digit_of(start: u32, element: u32) -> u32 {
  var at = vec2u(element % 32u, element / 32u);
  if (element >= 240u) {
    at = vec2u(48u + element % 4u, (element - 240u) / 4u);
  } else if (element >= 160u) {
    at = vec2u(32u + element % 16u, (element - 160u) / 16u);
  }
  var rest = raw_word(start + at.x) & 0xffu;
  for (var skipped = 0u; skipped < at.y; skipped++) {
    rest = (rest * 3u) & 0xffu;
  }
  return (rest * 3u) >> 8u;
}

// The bit pairs of the 16 elements from `first` on, as TQ2_0 has them.
fn pairs_of(start: u32, first: u32) -> u32 {
  var word = 0u;
  for (var i = 0u; i < 16u; i++) {
    word |= digit_of(start, first + i) << ((i % 4u) * 8u + (i / 4u) * 2u);
  }
  return word;
}

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  var scale_word = 0u;
  for (var half = 0u; half < 2u; half++) {
    let file_block = group * 2u + half;
    if (file_block * 8u < BLOCKS) {
      let start = source_row * ROW_BYTES + file_block * 54u;
      scale_word |= (raw_word(start + 52u) & 0xffffu) << (16u * half);
      for (var vector = 0u; vector < 4u; vector++) {
        quants[plane_row * (BLOCKS / 2u) + file_block * 4u + vector] = vec4u(
          pairs_of(start, vector * 64u),
          pairs_of(start, vector * 64u + 16u),
          pairs_of(start, vector * 64u + 32u),
          pairs_of(start, vector * 64u + 48u),
        );
      }
    }
  }
  scales[plane_row * SCALE_WORDS + group] = scale_word;
}
