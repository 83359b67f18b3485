import { describe, expect, it } from 'vitest';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
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
