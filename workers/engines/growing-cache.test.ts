/**
 * That an answer whose cache grows on the way is the one of a cache that was whole from the start, and what is left where
 * the device has no memory for more.
 */
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { ArchitectureName } from '../format/architecture-names.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER, type GenerateEvent, type SamplerSettings } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { EngineOptions } from './declare-model.ts';
import { NativeEngine } from './native.ts';

const SIZES = { layers: 3, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 180 } as const;
const PROMPT = Array.from({ length: 12 }, (_, i) => 40 + ((i * 31) % 90));
/** Longer than the cache at first. */
const LONG_PROMPT = Array.from({ length: 80 }, (_, i) => 40 + ((i * 17) % 90));
const DRAWN: SamplerSettings = { ...DEFAULT_SAMPLER, temperature: 1.2, topK: 30, frequencyPenalty: 0.4, seed: 5 };
/** Less than a block: one block is what there is at first. */
const FIRST = 8;
const BLOCK = 64;
/** Bytes of f32 keys and values for each position, all layers. */
const POSITION_BYTES = 2 * 3 * 2 * 16 * 4;
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('llvmpipe')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no lavapipe here, no cache grew.');

describe.runIf(present)('a cache that grows', { timeout: COMPILING_MS }, () => {
  const device = gpu as Gpu;
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => device.destroy());

  function load(architecture: ArchitectureName, reduction: Variant['reduction'], options: EngineOptions) {
    const bytes = bytesSource(writeGguf(randomModel({ ...SIZES, architecture })));
    const variant = { real: 'f32', reduction } as const;
    return NativeEngine.load(device, bytes, 'r.gguf', { variant, speculation: 'off', ...options });
  }

  async function conversation(engine: NativeEngine): Promise<readonly (readonly number[])[]> {
    const options = { sampler: DRAWN, ignoreEnd: true };
    const first = await engine.answer(PROMPT, { ...options, maxTokens: 30 });
    const goesOn = await engine.answer([...PROMPT, ...first.tokens, ...PROMPT], { ...options, maxTokens: 30 });
    engine.forget(0);
    const long = await engine.answer(LONG_PROMPT, options);
    expect(long.finishReason).toBe('context-full');
    return [first, goesOn, long].map(({ tokens }) => tokens);
  }

  test.each([
    ['llama', 'thread', { pipelineDepth: 1 }],
    ['llama', 'thread', { pipelineDepth: 8 }],
    ['llama', 'workgroup', { pipelineDepth: 3 }],
    ['llama', 'thread', { speculation: 'always' }],
    ['gemma2', 'thread', { pipelineDepth: 4, speculation: 'always' }],
    ['gemma3', 'subgroup', {}],
  ] as const)('%s, %s, %o: what it says is what a whole cache says', async (architecture, reduction, options) => {
    const whole = await load(architecture, reduction, options);
    expect(whole.model.gpuBytes.kvCache).toBe(whole.model.contextBytes);
    const expected = await conversation(whole);
    whole.dispose();
    const growing = await load(architecture, reduction, { ...options, firstCacheTokens: FIRST });
    const { gpuBytes, contextBytes } = growing.model;
    expect(gpuBytes.kvCache).toBe(POSITION_BYTES * BLOCK);
    expect(await conversation(growing)).toEqual(expected);
    expect(gpuBytes.kvCache).toBe(contextBytes);
    expect(device.bytes('kv-cache')).toBe(contextBytes);
    growing.dispose();
    expect(device.bytes('kv-cache')).toBe(0);
  });

  test('doubles, no further than it must, and makes nothing in between', async () => {
    const engine = await load('llama', 'thread', { firstCacheTokens: FIRST, pipelineDepth: 2 });
    const { gpuBytes } = engine.model;
    const made = (): number => device.counts.buffers + device.counts.bindGroups;
    const held: number[] = [];
    let before = made();
    const onEvent = (event: GenerateEvent): void => {
      const bytes = gpuBytes.kvCache / POSITION_BYTES;
      if (event.kind === 'prefill') return;
      if (held.at(-1) === bytes) expect(made()).toBe(before);
      else held.push(bytes);
      before = made();
    };
    await engine.answer(PROMPT, { sampler: DRAWN, ignoreEnd: true, maxTokens: 130 }, onEvent);
    expect(held).toEqual([64, 128, 192]);
    engine.dispose();
  });

  /** From the `calls`-th on, nothing that is asked for fits; what was made for it is there all the same, as WebGPU has it. */
  function runOutOfMemory(calls: number): void {
    const within = device.withinMemory.bind(device);
    vi.spyOn(device, 'withinMemory').mockImplementation(async (what, bytes, work) => {
      if (--calls > 0) return within(what, bytes, work);
      work();
      throw new EngineError('GpuOutOfMemory', { what: 'no room' });
    });
  }

  test.each([1, 2, 4])('no memory at buffer %i: the answer ends, its text stays, and it can go on', async (calls) => {
    const engine = await load('llama', 'thread', { firstCacheTokens: FIRST, pipelineDepth: 3 });
    const whole = await engine.answer(PROMPT, { sampler: DRAWN, ignoreEnd: true, maxTokens: 80 });
    engine.dispose();

    const short = await load('llama', 'thread', { firstCacheTokens: FIRST, pipelineDepth: 3 });
    runOutOfMemory(calls);
    let text = '';
    const onEvent = (event: GenerateEvent): void => {
      if (event.kind === 'text') text += event.text;
    };
    const tokens: number[] = [];
    const options = { sampler: DRAWN, ignoreEnd: true, maxTokens: 80 };
    await expect(short.answer(PROMPT, options, onEvent, undefined, tokens)).rejects.toMatchObject({
      name: 'ContextFull',
      message: expect.stringMatching(/memory for more than 64 tokens.*Start a new chat/s) as string,
    });
    // Positions 0 to 63 have run; what the last of them drew is said.
    expect(tokens).toEqual(whole.tokens.slice(0, BLOCK - PROMPT.length + 1));
    expect(whole.text.startsWith(text)).toBe(true);
    expect(text).not.toBe('');
    expect(device.bytes('kv-cache')).toBe(short.model.gpuBytes.kvCache);
    // Asked again it says so again, before it runs anything.
    await expect(short.answer(LONG_PROMPT, options)).rejects.toMatchObject({ name: 'ContextFull' });
    // What fits goes on as before.
    const within = await short.answer(PROMPT, { ...options, maxTokens: 4 });
    expect(within.tokens).toEqual(whole.tokens.slice(0, 4));

    vi.restoreAllMocks();
    const prefix = { ids: tokens, leftOut: '' };
    const goesOn = await short.answer(PROMPT, { ...options, maxTokens: 80 - tokens.length, prefix });
    expect(goesOn.tokens).toEqual(whole.tokens);
    expect(goesOn.reusedTokens).toBe(15);
    expect(device.bytes('kv-cache')).toBe(short.model.gpuBytes.kvCache);
    short.dispose();
    expect(device.bytes('kv-cache')).toBe(0);
  });
});
