// Q4_F32: 32 weights, w = d · (q − 8). Not of GGUF: the numbers of MLC's q4f32_1, whose scales are those of bf16 or f32.
//
// As it is read, 20 bytes: | d: f32 | 16 bytes; byte j holds element j (low nibble) and element j + 16 (high nibble) |
// In the planes:           quants  one vec4u a block: the 16 bytes as they are
//                          scales  d, one word a block

fn load_scale(row: u32, block: u32) -> f32 {
  return bitcast<f32>(scales[row * SCALE_WORDS + block]);
}
