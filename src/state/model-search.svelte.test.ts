/** Looking for a model: what is asked of whom, and how the catalog's models do on devices of different size. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GpuReport } from '../../workers/protocol/engine.ts';
import type { HubModels, HubQuery } from '../../workers/protocol/found.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { CATALOG } from '../catalog/catalog.ts';
import type { CatalogEntry } from '../catalog/entry.ts';
import { DeviceOutlook } from './device-outlook.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { LibraryState, StorageReport } from './library.svelte.ts';
import { catalogSource, ModelSearch } from './model-search.svelte.ts';
import { storageOf } from './testing/storage.ts';
import { AVAILABLE, entry as storedEntry, loadedModel } from './testing/samples.ts';

const EMPTY: HubModels = { models: [], leftOut: 0 };
const SMALL = named('qwen3-0-6b');
const MIDDLE = named('qwen3-4b');
const LARGE = named('qwen3-30b-a3b-instruct-2507');

function named(id: string): CatalogEntry {
  return CATALOG.find((entry) => entry.id === id)!;
}

interface Device {
  readonly memoryGib?: number;
  readonly storage?: StorageReport;
  readonly gpu?: GpuReport;
  readonly entries?: readonly LibraryEntry[];
  readonly contextLength?: number;
  readonly model?: EngineState['model'];
  readonly phase?: EngineState['phase'];
  readonly measure?: () => Promise<number>;
  readonly search?: (query: HubQuery) => Promise<HubModels>;
}

function start(device: Device = {}) {
  vi.stubGlobal('navigator', { deviceMemory: device.memoryGib });
  const measured = vi.fn(device.measure ?? (() => Promise.resolve(100e9)));
  const search = vi.fn(device.search ?? (() => Promise.resolve(EMPTY)));
  const engine = {
    ...{ gpu: device.gpu ?? AVAILABLE, model: device.model ?? null, phase: device.phase ?? 'none' },
    measureBandwidth: measured,
    measuredProducts: () => Promise.resolve([]),
  } as unknown as EngineState;
  const library = {
    storage: device.storage ?? { usedBytes: 0, quotaBytes: 100e9, persisted: false, neededBytes: 0 },
    entries: device.entries ?? [],
    refreshStorage: () => Promise.resolve(),
    search,
  } as unknown as LibraryState;
  const outlook = new DeviceOutlook(engine, library, () => device.contextLength ?? null);
  return { outlook, measured, search, models: new ModelSearch(library, outlook) };
}

function offered(entry: CatalogEntry) {
  return { entry, file: entry.files[0] };
}

beforeEach(() => {
  vi.stubGlobal('localStorage', storageOf(new Map()));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a model of the catalog', () => {
  it('fits, is tight or does not, with the numbers', () => {
    const { models } = start({ memoryGib: 4 });
    expect(models.outlook(offered(SMALL))?.fit).toEqual({ verdict: 'fits', findings: [] });
    // 2.50 GB of weights; 36 layers · 2 · 8 heads · 128 · 2 bytes · 4096 tokens of cache.
    const middle = models.outlook(offered(MIDDLE))!;
    expect([middle.contextTokens, middle.need.weights, middle.need.kvCache]).toEqual([
      4096, 2_497_280_256, 603_979_776,
    ]);
    expect(middle.fit.findings).toEqual([
      { verdict: 'tight', about: 'memory', neededBytes: middle.need.total, thereBytes: 4 * 2 ** 30 },
    ]);
    expect(models.outlook(offered(LARGE))?.fit.verdict).toBe('no');
  });

  it('is judged by the context that a person has chosen, up to what it was made for', () => {
    const { models } = start({ memoryGib: 4, contextLength: 20_000 });
    expect(models.outlook(offered(MIDDLE))?.fit.verdict).toBe('no');
    expect(start({ contextLength: 1e6 }).models.outlook(offered(SMALL))?.contextTokens).toBe(32_768);
  });

  it('needs no storage where it is stored already', () => {
    const { sha256 } = SMALL.files[0];
    const storage = { usedBytes: 1e9, quotaBytes: 1e9, persisted: null, neededBytes: 0 };
    expect(start({ storage }).models.outlook(offered(SMALL))?.fit.verdict).toBe('no');
    const { models } = start({ memoryGib: 8, storage, entries: [storedEntry('a', { sha256 })] });
    expect(models.isStored(SMALL.files[0])).toBe(true);
    expect(models.outlook(offered(SMALL))?.fit.verdict).toBe('fits');
  });

  it('has less storage for what models on their way still need', () => {
    const storage = { usedBytes: 0, quotaBytes: 2e9, persisted: null, neededBytes: 0 };
    expect(start({ memoryGib: 8, storage }).models.outlook(offered(SMALL))?.fit.verdict).toBe('fits');
    const outlook = start({ memoryGib: 8, storage: { ...storage, neededBytes: 1.9e9 } }).models.outlook(
      offered(SMALL),
    )!;
    expect([outlook.fit.verdict, outlook.fit.findings[0]?.about, outlook.comingBytes]).toEqual([
      'no',
      'storage',
      1.9e9,
    ]);
  });

  it('has no outlook where there is no graphics processor', () => {
    const gpu: GpuReport = { kind: 'unavailable', reason: 'no-webgpu', detail: '' };
    const { models } = start({ gpu });
    expect(models.outlook(offered(SMALL))).toBeNull();
    models.withUnfit = false;
    expect(models.shown).toHaveLength(CATALOG.length);
  });

  it('gives way to the next smaller: of itself, then of its purpose', () => {
    const { models } = start({
      memoryGib: 8,
      storage: { usedBytes: 0, quotaBytes: 0.6e9, persisted: null, neededBytes: 0 },
    });
    expect(models.smaller(offered(SMALL))).toEqual({ entry: SMALL, file: SMALL.files[1] });
    const smaller = models.smaller(offered(MIDDLE))!;
    expect(smaller.entry.purpose).toBe('chat');
    expect(models.outlook(smaller)?.fit.verdict).toBe('fits');
    expect(start({ memoryGib: 8 }).models.smaller(offered(SMALL))).toBeNull();
  });

  it('is hidden on request where it does not fit in any size', () => {
    const { models } = start({ memoryGib: 4 });
    models.withUnfit = false;
    const ids = models.shown.map(({ id }) => id);
    expect(ids).toContain('qwen3-4b');
    expect(ids).not.toContain('qwen3-30b-a3b-instruct-2507');
    models.change({ words: 'qwen3 30b' });
    expect(models.shown).toEqual([]);
  });

  it('comes from a pinned commit, and must be what the catalog says', () => {
    const [file] = SMALL.files;
    expect(catalogSource(file)).toEqual({
      ...{ kind: 'hub', repository: 'Qwen/Qwen3-0.6B-GGUF', fileName: 'Qwen3-0.6B-Q8_0.gguf' },
      ...{ revision: file.commit, expected: { byteLength: 639_446_688, sha256: file.sha256 } },
    });
    const unknown = { ...file, commit: null, bytes: null, sha256: null };
    expect(catalogSource(unknown)).not.toHaveProperty('revision');
    expect(catalogSource(unknown).expected).toEqual({});
  });
});

describe('the device', () => {
  it('is measured once for each adapter, where nothing runs on it', async () => {
    const first = start();
    expect(first.models.outlook(offered(SMALL))?.speed).toBeNull();
    await first.outlook.prepare();
    const speed = first.models.outlook(offered(SMALL))?.speed;
    expect(speed?.low).toBeGreaterThan(1);
    await first.outlook.prepare();
    const second = start();
    await second.outlook.prepare();
    expect([first.measured.mock.calls.length, second.measured.mock.calls.length]).toEqual([1, 0]);
    expect(second.models.outlook(offered(SMALL))?.speed).toEqual(speed);
    const busy = start({ phase: 'generating', gpu: otherAdapter() });
    await busy.outlook.prepare();
    expect(busy.measured).not.toHaveBeenCalled();
  });

  it('tells no speed where it cannot be measured, or where what is kept is no measure', async () => {
    const { outlook, models } = start({ measure: () => Promise.reject(new Error('lost')) });
    await outlook.prepare();
    expect(models.outlook(offered(SMALL))?.speed).toBeNull();
    localStorage.setItem(
      'freehold.adapters',
      JSON.stringify({ 'v a d': { copyBytesPerSecond: 'fast', provenBytes: -1 } }),
    );
    expect(start().models.outlook(offered(SMALL))?.speed).toBeNull();
  });

  it('is trusted with what has run on it', async () => {
    const { need, fit } = start().models.outlook(offered(MIDDLE))!;
    expect(fit.findings.map(({ about }) => about)).toEqual(['memory-unknown']);
    const model = { ...loadedModel('a'), gpuBytes: { weights: need.total, kvCache: 1, scratch: 1 } };
    await start({ model }).outlook.prepare();
    // On a later visit, and on this adapter only.
    expect(start().models.outlook(offered(MIDDLE))?.fit.verdict).toBe('fits');
    expect(start({ gpu: otherAdapter() }).models.outlook(offered(MIDDLE))?.fit.verdict).toBe('tight');
  });
});

function otherAdapter(): GpuReport {
  return AVAILABLE.kind === 'available'
    ? { kind: 'available', adapter: { ...AVAILABLE.adapter, description: 'another' } }
    : AVAILABLE;
}

describe('the hub', () => {
  const model = {
    repository: 'a/b',
    architecture: 'llama',
    parameters: 1,
    contextLength: 1,
    licence: null,
    downloads: 0,
  };

  it('is asked only when a person says so, with words', async () => {
    const { models, search } = start({ search: () => Promise.resolve({ models: [model], leftOut: 2 }) });
    await models.searchHub();
    models.change({ words: ' tiny ' });
    expect(search).not.toHaveBeenCalled();
    const asked = models.searchHub();
    expect(models.hub).toEqual({ kind: 'asking', words: 'tiny' });
    await asked;
    expect(search.mock.calls).toEqual([[{ words: 'tiny' }]]);
    expect(models.hub).toEqual({ kind: 'found', words: 'tiny', models: [model], leftOut: 2 });
    models.change({ words: 'other' });
    expect(models.hub).toBeNull();
  });

  it('may fail, and a later search overtakes an earlier one', async () => {
    const answers: ((found: HubModels) => void)[] = [];
    const { models } = start({ search: () => new Promise((resolve) => answers.push(resolve)) });
    models.change({ words: 'one' });
    const one = models.searchHub();
    models.change({ words: 'two' });
    const two = models.searchHub();
    answers[1]!({ models: [], leftOut: 7 });
    await two;
    answers[0]!({ models: [model], leftOut: 0 });
    await one;
    expect(models.hub).toEqual({ kind: 'found', words: 'two', models: [], leftOut: 7 });
    const error = new Error('offline');
    const failing = start({ search: () => Promise.reject(error) }).models;
    failing.change({ words: 'x' });
    await failing.searchHub();
    expect(failing.hub).toEqual({ kind: 'failed', words: 'x', error });
  });
});
