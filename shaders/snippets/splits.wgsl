// How attention cuts what a step sees into splits; the same as `splitsOf` in splits.ts. The kernel's text declares `step`.

override SPLIT_UNIT: u32;
override MOST_SPLITS: u32;
override WINDOW: u32; // positions that a token sees, its own included; 0: all

// Where the window of the step's first token begins.
fn seen_first() -> u32 {
  let end = step.position + 1;
  return select(0u, end - WINDOW, WINDOW > 0 && end > WINDOW);
}

fn split_length() -> u32 {
  let seen = step.position + step.tokens - seen_first();
  let longest = MOST_SPLITS * SPLIT_UNIT;
  return (seen + longest - 1) / longest * SPLIT_UNIT;
}

fn split_count() -> u32 {
  let length = split_length();
  return (step.position + step.tokens - seen_first() + length - 1) / length;
}
