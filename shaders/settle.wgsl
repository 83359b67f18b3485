// Adds a stream's addend to it. One workgroup of LANES lanes; the stream's rows are those that matvec-deferred.wgsl writes.

override EPSILON: f32;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // (3, VECTORS)
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // (VECTORS)

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var squares = vec4f();
  for (var i = lane; i < (DIM + 7u) / 8u; i += LANES) {
    squares += x[2u * VECTORS + i];
  }
  let sum = reduce_all(squares.x + squares.y + squares.z + squares.w, lane);
  let scale = inverseSqrt(sum / f32(DIM) + EPSILON);
  for (var i = lane; i < VECTORS; i += LANES) {
    y[i] = x[i] + scale * x[VECTORS + i];
  }
}
