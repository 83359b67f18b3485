// The logit as a number that may be compared and subtracted: NaN and −∞ become −3.4e38, +∞ becomes 3.4e38, −0 becomes 0.
// Looks at bits, for WGSL lets a compiler assume that there are no NaN and no infinities.

const LOWEST = -3.4e38;

fn finite(logit: f32) -> f32 {
  let bits = bitcast<u32>(logit);
  let magnitude = bits & 0x7fffffffu;
  if (magnitude >= 0x7f800000u) {
    return select(LOWEST, -LOWEST, bits == 0x7f800000u);
  }
  return select(logit, 0.0, magnitude == 0);
}
