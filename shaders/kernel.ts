/**
 * What every kernel says about itself: its text, its bindings, its constants and its grid.
 *
 * A kernel is three files with one stem (`name.wgsl`, `name.ts`, `name.ref.ts`). Nothing here sees a GPUDevice: the
 * room `workers/gpu` turns a description into a pipeline, `workers/graph` decides when it runs.
 */

/** What WGSL cannot express as an override and the device decides. */
export interface Variant {
  /** Storage type of the KV cache and of weight tiles; arithmetic accumulates in f32 always. */
  readonly real: 'f32' | 'f16';
  /**
   * How lanes share one sum: `thread` (one thread a result, no barrier: right for software adapters), `workgroup` (tree
   * in workgroup memory) or `subgroup` (subgroupAdd, then workgroup memory across subgroups of any size).
   */
  readonly reduction: 'thread' | 'workgroup' | 'subgroup';
}

/** One entry of bind group 0; its index in `Kernel.bindings` is its `@binding` number. */
export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write' | 'uniform';
}

/** What changes from step to step; everything else is fixed when the pipeline is made. */
export interface Extent {
  /** Tokens that run through this step: 1 in decode, up to the chunk size in prefill. */
  readonly tokens: number;
  /** Tokens in the KV cache once this step has run (position of its first token + tokens). */
  readonly kvLength: number;
  /** How many of the tokens, at their end, are drafts (default 0): for each of them and the one before them a token is sampled. */
  readonly drafts?: number;
}

/** A grid of workgroups; no dimension may exceed 65,535 (WebGPU's default limit). */
export type Workgroups = readonly [x: number, y: number, z: number];

/** A kernel's description. `Shape` holds the sizes that are fixed when the pipeline is made. */
export interface Kernel<Shape> {
  /** kebab-case; also the file stem, the GPU label and the test title. */
  readonly name: string;
  readonly bindings: readonly Binding[];
  /** The complete WGSL module: directives, snippets, constants, then the kernel's own text. Entry point `main`. */
  source(shape: Shape, variant: Variant): string;
  /** Values of the module's `override` constants. */
  overrides(shape: Shape, variant: Variant): Record<string, number>;
  /** The grid for one step. */
  workgroups(shape: Shape, variant: Variant, extent: Extent): Workgroups;
}

/**
 * The uniform that changes from step to step, as WGSL. Bytes: 16.
 * `position` is the place of the step's first token in the sequence;
 * `drafts` of its last tokens are guesses, and a token is sampled behind each of them and behind the one before them.
 */
export const STEP_WGSL = 'struct Step { position: u32, tokens: u32, drafts: u32, reserved: u32 }\n';

/** Bytes of `Step`. */
export const STEP_BYTES = 16;

/** `enable` directives that a variant needs; they must come first in a module. */
export function directives(variant: Variant): string {
  return (
    (variant.real === 'f16' ? 'enable f16;\n' : '') + (variant.reduction === 'subgroup' ? 'enable subgroups;\n' : '')
  );
}

/** `const NAME: u32 = value;` lines, for sizes that WGSL wants as const-expressions (lengths of private arrays). */
export function constants(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, value]) => `const ${name}: u32 = ${value}u;\n`)
    .join('');
}

/** Rounds up to a multiple; activations are padded to rows of 32 floats so that block loads never straddle. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Floats between two tokens' rows in an activation buffer of `dim` values; the padding stays zero. */
export function rowStride(dim: number): number {
  return roundUp(dim, 32);
}

/** Rows of logits that a step samples from. */
export function sampledRows({ drafts = 0 }: Extent): number {
  return drafts + 1;
}

/** Spreads a flat number of workgroups over x and y so that neither passes 65,535; the kernel checks its own bound. */
export function spread(count: number): readonly [x: number, y: number] {
  const limit = 65_535;
  if (count <= limit) return [Math.max(1, count), 1];
  const y = Math.ceil(count / limit);
  return [Math.ceil(count / y), y];
}
