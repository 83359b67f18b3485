import { afterAll, describe, expect, it, vi } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel, type RandomModelOptions } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { summarize } from '../format/summary.ts';
import { probeGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { EngineService } from './service.ts';

describe('EngineService without a model', () => {
  const service = new EngineService();
  const request = { messages: [], sampler: { ...DEFAULT_SAMPLER, seed: 0 } };

  it.each([
    ['generate', () => service.generate(request, () => undefined)],
    ['countTokens', () => service.countTokens(request)],
    ['countText', () => service.countText('a')],
    ['tokenTexts', () => service.tokenTexts(request, [])],
    ['explainToken', () => service.explainToken(request, [0], 0)],
  ])('says so: %s', async (_method, ask) => {
    await expect(ask()).rejects.toMatchObject({ name: 'NotFound', message: 'No model is loaded. Load a model first.' });
  });

  it('has nothing to stop or to take off the GPU', async () => {
    await expect(service.stop()).resolves.toBe(undefined);
    await expect(service.unload()).resolves.toBe(undefined);
  });
});

const gpu = openNodeGpu('SwiftShader');
const { kind } = await probeGpu(gpu);
if (kind === 'unavailable') console.warn('SKIPPED: no SwiftShader here, no answer went past its end.');

describe.runIf(kind === 'available')('EngineService with a model', () => {
  const service = new EngineService();
  const messages = [{ role: 'user', content: 'the thing' }] as const;
  const request = { messages, sampler: { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 }, maxTokens: 5 };
  afterAll(async () => {
    await service.unload();
    vi.unstubAllGlobals();
  });

  async function load(metadata: RandomModelOptions['metadata'] = {}): Promise<void> {
    const sizes = { layers: 1, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 64 };
    const bytes = writeGguf(randomModel({ ...sizes, metadata }));
    const file = new File([bytes], 'r.gguf');
    const summary = { ...summarize(await readGguf(bytesSource(bytes)), file.name), fileBytes: file.size };
    await service.load({ source: { kind: 'file', file, fileName: file.name }, summary }, {}, () => undefined);
  }

  it('goes past an end of turn only where that is asked for', { timeout: 240_000 }, async () => {
    vi.stubGlobal('navigator', { gpu, userAgent: 'test' });
    await load();
    const whole = await service.generate(request, () => undefined);
    expect(whole.tokens).toHaveLength(5);
    await load({ 'tokenizer.ggml.eot_token_id': whole.tokens[2]! });
    const ended = await service.generate(request, () => undefined);
    expect(ended).toMatchObject({ finishReason: 'end-of-turn', tokens: whole.tokens.slice(0, 2) });
    const goneOn = await service.generate({ ...request, ignoreEnd: true }, () => undefined);
    expect(goneOn).toMatchObject({ finishReason: 'max-tokens', tokens: whole.tokens });
  });
});
