// cap · tanh(value / cap): bends values smoothly into (−cap, cap). By way of exp, since a driver's tanh may be NaN far from
// zero; at 20 tanh is 1 in f32.

fn softcapped(value: f32, cap: f32) -> f32 {
  return cap - 2.0 * cap / (exp(2.0 * clamp(value / cap, -20.0, 20.0)) + 1.0);
}
