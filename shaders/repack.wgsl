// Raw file rows → planes. One thread moves one group (repack_group), so that no two write one word.

struct Slice {
  rows: u32,
  first_row: u32,
  row_step: u32,
  row_offset: u32,
}

@group(0) @binding(0) var<storage, read> raw: array<u32>;
@group(0) @binding(1) var<storage, read_write> quants: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> scales: array<u32>;
@group(0) @binding(3) var<uniform> slice: Slice;
@group(0) @binding(4) var<storage, read> table: array<u32>; // what some types look up

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + local;
  let source_row = index / GROUPS;
  let plane_row = (slice.first_row + source_row) * slice.row_step + slice.row_offset;
  if (source_row < slice.rows && plane_row < PLANE_ROWS) {
    repack_group(source_row, plane_row, index % GROUPS);
  }
}
