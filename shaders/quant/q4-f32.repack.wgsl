// Q4_F32 blocks → planes. One group is one block; every block begins on a word.

fn repack_group(source_row: u32, plane_row: u32, group: u32) {
  let start = (source_row * ROW_BYTES + group * 20u) / 4u;
  scales[plane_row * SCALE_WORDS + group] = raw[start];
  quants[plane_row * BLOCKS + group] = vec4u(raw[start + 1u], raw[start + 2u], raw[start + 3u], raw[start + 4u]);
}
