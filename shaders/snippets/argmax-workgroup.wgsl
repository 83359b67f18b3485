// The candidate (ordered key, id) with the largest key among a workgroup's lanes, the lowest id among equals.
// Two atomic maxima and two barriers whatever the workgroup's size; call once, by all lanes.

var<workgroup> best_key: atomic<u32>;
var<workgroup> best_inverse_id: atomic<u32>; // ~id, so that the lowest id is a maximum over a memory that starts at 0

fn argmax(candidate: vec2u) -> vec2u {
  atomicMax(&best_key, candidate.x);
  workgroupBarrier();
  let key = atomicLoad(&best_key);
  atomicMax(&best_inverse_id, select(0u, ~candidate.y, candidate.x == key));
  workgroupBarrier();
  return vec2u(key, ~atomicLoad(&best_inverse_id));
}
