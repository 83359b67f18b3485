// The logit at which top-k, then top-p on what top-k left, and min-p cut; the highest of the three cuts wins.
//
// One workgroup for each row of logits. Logits become ordered keys; a cut is found digit by digit from 256-bin histograms (radix selection):
// the largest key with enough above it, "enough" being k tokens or the share p of the probability. Most tokens can be
// left out beforehand, and what is left usually fits into shared memory, so that the logits are read only twice:
//   top-k: at least k keys are as large as the k-th largest of the threads' own maxima (k ≤ 256);
//   top-p: a token 19 below the maximum weighs less than half a unit, that is nothing.
// Weights exp(logit − maximum) are integers in units of 2⁻²⁶, their sums two limbs (high · 2¹³ + low): integer addition
// has no order, so neither has the result.

override VOCABULARY_SIZE: u32;
override LOGITS_STRIDE: u32;

const WORKGROUP_SIZE = 256u;
const BINS = 256u;
const CANDIDATES = 512u; // what top-k up to 100 or so needs; SwiftShader takes 0.3 ms to compile each
const LIMB_BITS = 13u;
const LIMB_MASK = (1u << LIMB_BITS) - 1u;
const UNIT = 67108864.0;
const WEIGHTLESS = 19.0; // > ln(2 · UNIT)

@group(0) @binding(0) var<storage, read> logits: array<f32>;          // (sampled row, LOGITS_STRIDE)
@group(0) @binding(1) var<storage, read_write> threshold: array<f32>; // (sampled row)
@group(0) @binding(2) var<uniform> sampler: Sampler;

var<private> row: u32;

var<workgroup> thread_maxima: array<u32, WORKGROUP_SIZE>;
var<workgroup> peak_key: u32;
var<workgroup> kth_maximum: u32; // 0 where k is larger than the workgroup
var<workgroup> candidates: array<u32, CANDIDATES>;
var<workgroup> candidate_count: atomic<u32>;
var<workgroup> bins_high: array<atomic<u32>, BINS>;
var<workgroup> bins_low: array<atomic<u32>, BINS>;
var<workgroup> sixteenths: array<vec2u, 16>; // sums of 16 bins each
var<workgroup> chosen: vec3u;                // bin, and what is still wanted inside it

fn read_key(token: u32) -> u32 {
  return ordered_key(finite(logits[row * LOGITS_STRIDE + token]));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  row = workgroup.y;
  let cuts_k = sampler.top_k > 0 && sampler.top_k < VOCABULARY_SIZE;
  let cuts_p = sampler.top_p < 1.0;
  if (sampler.temperature <= 0.0 || (!cuts_k && !cuts_p && sampler.min_p <= 0.0)) {
    if (local == 0) {
      threshold[row] = LOWEST;
    }
    return;
  }
  find_maxima(local);
  let highest = workgroupUniformLoad(&peak_key);
  let peak = key_value(highest);
  let weightless = ordered_key(max(LOWEST, peak - WEIGHTLESS));
  let least_kth = workgroupUniformLoad(&kth_maximum);
  var cut = ordered_key(LOWEST);
  if (cuts_k || cuts_p) {
    collect_candidates(select(weightless, least_kth, cuts_k), local);
  }
  if (cuts_k) {
    let wanted = vec2u(sampler.top_k >> LIMB_BITS, sampler.top_k & LIMB_MASK);
    cut = select_cut(least_kth, highest, wanted, false, peak, local);
  }
  if (cuts_p) {
    cut = select_cut(max(cut, weightless), highest, vec2u(), true, peak, local);
  }
  if (local == 0) {
    // ln 0 is no number in WGSL, hence the branch by select on the way in.
    let least = peak + log(select(sampler.min_p, 1.0, sampler.min_p <= 0.0));
    threshold[row] = max(key_value(cut), select(least, LOWEST, sampler.min_p <= 0.0));
  }
}

// The largest key, and the k-th largest of the threads' own maxima.
fn find_maxima(local: u32) {
  var own = 0u;
  for (var token = local; token < VOCABULARY_SIZE; token += WORKGROUP_SIZE) {
    own = max(own, read_key(token));
  }
  thread_maxima[local] = own;
  workgroupBarrier();
  var rank = 0u;
  for (var other = 0u; other < WORKGROUP_SIZE; other++) {
    let maximum = thread_maxima[other];
    rank += u32(maximum > own || (maximum == own && other < local));
  }
  if (rank == 0) {
    peak_key = own;
  }
  if (rank + 1 == sampler.top_k) {
    kth_maximum = own;
  }
}

// Copies keys ≥ `least` into shared memory; gives up where they are too many, and select_cut reads the logits instead.
fn collect_candidates(least: u32, local: u32) {
  for (var token = local; token < VOCABULARY_SIZE; token += WORKGROUP_SIZE) {
    let key = read_key(token);
    if (key >= least) {
      let slot = atomicAdd(&candidate_count, 1);
      if (slot >= CANDIDATES) {
        break;
      }
      candidates[slot] = key;
    }
  }
  workgroupBarrier();
}

// The largest key ≥ `lowest` such that keys from it up to `highest` are `wanted` tokens or, by mass, weigh top_p of all
// keys from `lowest` up; `lowest` itself if there are too few.
fn select_cut(lowest: u32, highest: u32, wanted_tokens: vec2u, by_mass: bool, peak: f32, local: u32) -> u32 {
  let count = atomicLoad(&candidate_count);
  let collected = count <= CANDIDATES;
  var wanted = wanted_tokens;
  var base = lowest;
  var bits = 32 - countLeadingZeros(highest - lowest); // keys in question: base … base + 2^bits − 1
  for (var level = 0u; level < 4; level++) {
    let shift = max(bits, 8) - 8;
    atomicStore(&bins_high[local], 0u);
    atomicStore(&bins_low[local], 0u);
    if (local == 0) {
      chosen = vec3u(0, 0xffffffffu, 0);
    }
    workgroupBarrier();
    for (var i = local; i < select(VOCABULARY_SIZE, count, collected); i += WORKGROUP_SIZE) {
      var key = 0u;
      if (collected) {
        key = candidates[i];
      } else {
        key = read_key(i);
      }
      let bin = (key - base) >> shift;
      if (key >= base && bin < (1u << (bits - shift))) {
        if (by_mass) {
          let weight = u32(exp(key_value(key) - peak) * UNIT + 0.5);
          atomicAdd(&bins_high[bin], weight >> LIMB_BITS);
          atomicAdd(&bins_low[bin], weight & LIMB_MASK);
        } else {
          atomicAdd(&bins_low[bin], 1u);
        }
      }
    }
    workgroupBarrier();
    if (local < 16) {
      var sum = vec2u();
      for (var bin = local * 16; bin < local * 16 + 16; bin++) {
        sum = carry(sum + read_bin(bin));
      }
      sixteenths[local] = sum;
    }
    workgroupBarrier();
    var above = vec2u();
    var all = vec2u();
    for (var sixteenth = 0u; sixteenth < 16; sixteenth++) {
      let sum = sixteenths[sixteenth];
      all = carry(all + sum);
      if (sixteenth > local / 16) {
        above = carry(above + sum);
      }
    }
    for (var bin = local + 1; bin % 16 != 0; bin++) {
      above = carry(above + read_bin(bin));
    }
    if (by_mass && level == 0) {
      wanted = share_of(all, sampler.top_p);
    }
    if (less(above, wanted) && !less(carry(above + read_bin(local)), wanted)) {
      let borrow = u32(wanted.y < above.y);
      chosen = vec3u(local, wanted.x - above.x - borrow, wanted.y + (borrow << LIMB_BITS) - above.y);
    }
    let choice = workgroupUniformLoad(&chosen);
    base += choice.x << shift;
    wanted = choice.yz;
    if (shift == 0) {
      break;
    }
    bits = shift;
  }
  return base;
}

fn read_bin(bin: u32) -> vec2u {
  return carry(vec2u(atomicLoad(&bins_high[bin]), atomicLoad(&bins_low[bin])));
}

fn carry(sum: vec2u) -> vec2u {
  return vec2u(sum.x + (sum.y >> LIMB_BITS), sum.y & LIMB_MASK);
}

fn less(a: vec2u, b: vec2u) -> bool {
  return a.x < b.x || (a.x == b.x && a.y < b.y);
}

// share · sum, rounded up, at least one unit; within 2⁻²³ of the sum.
fn share_of(sum: vec2u, share: f32) -> vec2u {
  let limb = f32(1u << LIMB_BITS);
  let product = max(1.0, share * (f32(sum.x) * limb + f32(sum.y)));
  let high = floor(product / limb);
  return carry(vec2u(u32(high), u32(ceil(product - high * limb))));
}
