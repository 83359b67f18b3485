// Embedding lookup, by token id, by position, or one row for all. One thread dequantises one block of 32 values of one
// token.

override SCALE: f32;
override ROW: u32;

const BY_TOKEN: u32 = 0u;
const BY_POSITION: u32 = 1u;

@group(0) @binding(0) var<storage, read> quants: array<vec4u>; // (rows, blocks)
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> tokens: array<u32>; // (sequence)
@group(0) @binding(3) var<storage, read_write> x: array<vec4f>; // (token, dim / 4)
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + local;
  let token = index / BLOCKS;
  let block = index % BLOCKS;
  if (token >= step.tokens) {
    return;
  }
  var id = 0u;
  if (ROW == BY_TOKEN) {
    id = tokens[step.position + token];
  } else if (ROW == BY_POSITION) {
    id = step.position + token;
  }
  if (id < FIRST_ROW || id - FIRST_ROW >= ROWS) {
    return;
  }
  let values = load_block(id - FIRST_ROW, block);
  for (var i = 0u; i < 8u; i++) {
    if (ROW == BY_TOKEN) {
      x[index * 8u + i] = SCALE * values[i];
    } else {
      x[index * 8u + i] += SCALE * values[i];
    }
  }
}
