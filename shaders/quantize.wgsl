// Rows of floats → planes of 8 or 4 bits a weight. Rows of a multiple of 32 floats lie in a file as in their own planes, so
// `load_block` of their type reads them. One thread makes two blocks of 32, because their scales share a word.
//
// What is written must not depend on a device's rounding, which WGSL leaves open for a quotient and for f16: so the scale is
// divided and rounded in whole numbers, and a code is settled by comparing with products that are exact in f32.

struct Slice {
  rows: u32,
  first_row: u32,
  row_step: u32,
  row_offset: u32,
}

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (source row, block) of floats
@group(0) @binding(1) var<storage, read_write> codes: array<vec4u>; // (plane row, block)
@group(0) @binding(2) var<storage, read_write> scales: array<u32>; // (plane row, pair of blocks)
@group(0) @binding(3) var<uniform> slice: Slice;

// f32 bits of the weight that is furthest from zero; the first of equals.
fn furthest(weights: array<vec4f, 8>) -> u32 {
  var w = weights;
  var found = 0u;
  for (var i = 0u; i < 32u; i++) {
    let bits = bitcast<u32>(w[i / 4u][i % 4u]);
    if ((bits & 0x7fffffffu) > (found & 0x7fffffffu)) {
      found = bits;
    }
  }
  return found;
}

// f16 bits of (number + a rest below 1, if `inexact`) · 2^exponent: to the nearest, ties to even; infinite where too large.
// `number` is at least 2²³ and below 2²⁵.
fn half_bits(number: u32, exponent: i32, inexact: bool) -> u32 {
  let length = 32 - i32(countLeadingZeros(number));
  let top = exponent + length - 1;
  // The last bit that f16 keeps: its eleventh, or that of 2⁻²⁴.
  let dropped = max(length - 11, -24 - exponent);
  if (dropped > 25) {
    return 0u;
  }
  if (top > 15) {
    return 0x7c00u;
  }
  let rest = number & ((1u << u32(dropped)) - 1u);
  let middle = 1u << u32(dropped - 1);
  var kept = number >> u32(dropped);
  if (rest > middle || (rest == middle && (inexact || (kept & 1u) == 1u))) {
    kept += 1u;
  }
  // A carry goes on into the exponent, as it should.
  return kept + u32(max(top + 14, 0)) * 1024u;
}

// ⌊x / scale + ½⌋. The quotient may be off by a little, and then the whole number by one.
fn rounded_quotient(x: vec4f, scale: f32) -> vec4f {
  let y = x * sign(scale);
  let step = abs(scale);
  let near = floor(y / step + 0.5);
  let down = select(vec4f(0.0), vec4f(1.0), y < (near - 0.5) * step);
  let up = select(vec4f(0.0), vec4f(1.0), y >= (near + 0.5) * step);
  return near - down + up;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + local;
  let source_row = index / SCALE_WORDS;
  let pair = index % SCALE_WORDS;
  let plane_row = (slice.first_row + source_row) * slice.row_step + slice.row_offset;
  if (source_row >= slice.rows || plane_row >= PLANE_ROWS) {
    return;
  }
  var scale_word = 0u;
  for (var half = 0u; half < 2u; half++) {
    let block = pair * 2u + half;
    if (block < BLOCKS) {
      let weights = load_block(source_row, block);
      let bits = scale_bits(furthest(weights));
      scale_word |= bits << (16u * half);
      // Zero, or infinite: every code then says zero.
      let magnitude = bits & 0x7fffu;
      let scale = select(1.0e38, unpack2x16float(bits).x, magnitude > 0u && magnitude < 0x7c00u);
      write_codes(plane_row * BLOCKS + block, weights, scale);
    }
  }
  scales[plane_row * SCALE_WORDS + pair] = scale_word;
}
