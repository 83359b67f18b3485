// Q4_0: 32 weights, w = d · (q − 8).
//
// In the file, 18 bytes:   | d: f16 | 16 bytes; byte j holds element j (low nibble) and element j + 16 (high nibble) |
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  d of two blocks a word, the even block in the low half; each row on its own word

fn load_scale(row: u32, block: u32) -> f32 {
  let pair = unpack2x16float(scales[row * SCALE_WORDS + block / 2u]);
  return select(pair.x, pair.y, (block & 1u) == 1u);
}
