// destination = source, 16 bytes a thread; neighbouring threads move neighbouring elements.

override WORKGROUP_SIZE: u32;
override ELEMENTS: u32;

@group(0) @binding(0) var<storage, read> source: array<vec4f>;            // (ELEMENTS)
@group(0) @binding(1) var<storage, read_write> destination: array<vec4f>; // (ELEMENTS)

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
  if (index < ELEMENTS) {
    destination[index] = source[index];
  }
}
