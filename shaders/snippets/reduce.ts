/** How the lanes of a workgroup add up their sums, as a snippet for each kind of reduction. */
import type { Variant } from '../kernel.ts';
import subgroup from './reduce-subgroup.wgsl?raw';
import thread from './reduce-thread.wgsl?raw';
import workgroup from './reduce-workgroup.wgsl?raw';

const snippets: Record<Variant['reduction'], string> = { thread, workgroup, subgroup };

/**
 * Defines `fn reduce_add(value: Sum, lane: u32) -> Sum` for a `Sum` of f32 or vec4f, over a workgroup of LANES lanes: a
 * `const` of the kernel, a power of two from 8 up. Every lane must call it; only lane 0 gets the whole sum. `thread`
 * returns the value itself.
 */
export function reduceSnippet(reduction: Variant['reduction'], sum: 'f32' | 'vec4f'): string {
  return `alias Sum = ${sum};\n` + snippets[reduction];
}
