// As argmax-workgroup, with one atomic a subgroup instead of one a lane; right for subgroups of any size.

var<workgroup> best_key: atomic<u32>;
var<workgroup> best_inverse_id: atomic<u32>; // ~id, so that the lowest id is a maximum over a memory that starts at 0

fn argmax(candidate: vec2u) -> vec2u {
  let subgroup_key = subgroupMax(candidate.x);
  if (subgroupElect()) {
    atomicMax(&best_key, subgroup_key);
  }
  workgroupBarrier();
  let key = atomicLoad(&best_key);
  let subgroup_inverse_id = subgroupMax(select(0u, ~candidate.y, candidate.x == key));
  if (subgroupElect()) {
    atomicMax(&best_inverse_id, subgroup_inverse_id);
  }
  workgroupBarrier();
  return vec2u(key, ~atomicLoad(&best_inverse_id));
}
