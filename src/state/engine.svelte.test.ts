import { describe, expect, it } from 'vitest';
import type { EngineApi, GenerateRequest, GenerateResult, LoadedModel } from '../../workers/protocol/engine.ts';
import { DEFAULT_SAMPLER } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { EngineState } from './engine.svelte.ts';
import { AVAILABLE, loadedModel, result, TOKEN_API } from './testing/samples.ts';

const REQUEST: GenerateRequest = { messages: [], sampler: { ...DEFAULT_SAMPLER, seed: 1 } };

/** An engine of plain functions behind a link, and the means to let it die. */
function start(api: Partial<EngineApi>) {
  const deaths: EngineError[] = [];
  let die: (error: EngineError) => void = () => undefined;
  const full: EngineApi = {
    ...TOKEN_API,
    measureBandwidth: () => Promise.resolve(1e9),
    benchmark: () => Promise.resolve(null),
    measuredProducts: () => Promise.resolve([]),
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => Promise.resolve(loadedModel(id)),
    unload: () => Promise.resolve(),
    generate: () => Promise.resolve(result('')),
    stop: () => Promise.resolve(),
    ...api,
  };
  const engine = new EngineState(
    (onDied) => {
      die = onDied;
      return Promise.resolve({ api: full, sealed: true, end: () => undefined });
    },
    (error) => deaths.push(error),
  );
  return { engine, deaths, die: (error: EngineError) => die(error) };
}

describe('EngineState', () => {
  it('goes from starting to none where there is a GPU, and says whether it is sealed', async () => {
    const { engine } = start({});
    expect(engine.phase).toBe('starting');
    await engine.start();
    expect(engine.phase).toBe('none');
    expect(engine.sealed).toBe(true);
  });

  it('is unavailable where there is no GPU', async () => {
    const { engine } = start({
      probe: () => Promise.resolve({ kind: 'unavailable', reason: 'no-webgpu', detail: '' }),
    });
    await engine.start();
    expect(engine.phase).toBe('unavailable');
  });

  it('has died where it cannot start', async () => {
    const { engine } = start({ probe: () => Promise.reject(new EngineError('WorkerFailed', { what: 'no' })) });
    await expect(engine.start()).rejects.toThrow('no');
    expect(engine.phase).toBe('died');
  });

  it('loads with progress, and is ready', async () => {
    const phases: string[] = [];
    const { engine } = start({
      load: (id, _options, onProgress) => {
        onProgress({ phase: 'reading', loadedBytes: 1, totalBytes: 2, remainingMs: null });
        phases.push(`${engine.phase} ${engine.progress?.loadedBytes}`);
        return Promise.resolve(loadedModel(id));
      },
    });
    await engine.start();
    await expect(engine.load('a', {})).resolves.toBe(true);
    expect(phases).toEqual(['loading 1']);
    expect([engine.phase, engine.model?.id, engine.progress]).toEqual(['ready', 'a', null]);
  });

  it('has no model after a load that was stopped or failed', async () => {
    const { engine } = start({ load: () => Promise.resolve(null) });
    await engine.start();
    await expect(engine.load('a', {})).resolves.toBe(false);
    expect([engine.phase, engine.model]).toEqual(['none', null]);

    const failing = start({ load: () => Promise.reject(new EngineError('ModelTooLarge', { what: 'too large' })) });
    await failing.engine.start();
    await expect(failing.engine.load('a', {})).rejects.toMatchObject({ name: 'ModelTooLarge' });
    expect([failing.engine.phase, failing.engine.model]).toEqual(['none', null]);
  });

  it('stops a load that is on its way when another is asked for', async () => {
    let stopFirst: (model: LoadedModel | null) => void = () => undefined;
    const { engine } = start({
      load: (id) =>
        id === 'first' ? new Promise((resolve) => (stopFirst = resolve)) : Promise.resolve(loadedModel(id)),
      stop: () => {
        stopFirst(null);
        return Promise.resolve();
      },
    });
    await engine.start();
    const first = engine.load('first', {});
    await expect(engine.load('second', {})).resolves.toBe(true);
    await expect(first).resolves.toBe(false);
    expect([engine.phase, engine.model?.id]).toEqual(['ready', 'second']);
  });

  it('keeps the model after a failed answer, unless the GPU is gone', async () => {
    for (const [code, phase] of [
      ['TemplateFailed', 'ready'],
      ['GpuLost', 'none'],
    ] as const) {
      const { engine } = start({ generate: () => Promise.reject(new EngineError(code, { what: 'x' })) });
      await engine.start();
      await engine.load('a', {});
      await expect(engine.generate(REQUEST, () => undefined)).rejects.toMatchObject({ name: code });
      expect(engine.phase).toBe(phase);
    }
  });

  it('tells what the KV cache takes after an answer that made it grow', async () => {
    const { engine } = start({ generate: () => Promise.resolve(result('', { kvCacheBytes: 64 })) });
    await engine.start();
    await engine.load('a', {});
    await engine.generate(REQUEST, () => undefined);
    expect(engine.model).toEqual({ ...loadedModel('a'), gpuBytes: { weights: 1, kvCache: 64, scratch: 1 } });
  });

  it('says that it died, even under an answer, and starts anew', async () => {
    let fail: (error: EngineError) => void = () => undefined;
    const { engine, deaths, die } = start({
      generate: () => new Promise<GenerateResult>((_resolve, reject) => (fail = reject)),
    });
    await engine.start();
    await engine.load('a', {});
    const answer = engine.generate(REQUEST, () => undefined);
    const death = new EngineError('WorkerFailed', { what: 'gone' });
    die(death);
    fail(death);
    await expect(answer).rejects.toBe(death);
    expect([engine.phase, engine.model]).toEqual(['died', null]);
    expect(deaths).toEqual([death]);
    await expect(engine.load('a', {})).rejects.toMatchObject({ name: 'WorkerFailed' });
    await engine.start();
    expect(engine.phase).toBe('none');
  });
});
