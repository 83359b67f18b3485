/** How the lanes of a workgroup add up their sums, as a snippet for each kind of reduction. */
import type { MatvecPlan } from '../matvec-plan.ts';
import shuffle from './reduce-shuffle.wgsl?raw';
import subgroup from './reduce-subgroup.wgsl?raw';
import thread from './reduce-thread.wgsl?raw';
import workgroup from './reduce-workgroup.wgsl?raw';

const snippets: Record<MatvecPlan['reduction'], string> = { thread, workgroup, subgroup, shuffle };

/**
 * Defines `fn reduce_add(value: Sum, local: u32) -> Sum` for a `Sum` of floats, over groups of LANES lanes: a `const` of the
 * kernel, a power of two from 8 up. `local` is the lane's place in the workgroup, which has so many groups; `subgroup` takes
 * one alone. Every lane must call it; only the first of a group gets the whole sum. `thread` returns the value itself.
 * Beside it `reduce_all`, the same sum for every lane of the group.
 */
export function reduceSnippet(reduction: MatvecPlan['reduction'], sum: 'f32' | 'vec2f' | 'vec4f', groups = 1): string {
  return `alias Sum = ${sum};\nconst LANE_GROUPS: u32 = ${groups}u;\n` + snippets[reduction];
}
