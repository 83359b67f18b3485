import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineApi, LoadOptions } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { ModelSource } from '../../workers/protocol/model.ts';
import { EMBER } from '../catalog/ember.ts';
import { Freehold } from './freehold.svelte.ts';
import { AVAILABLE, entry, loadedModel, modelSummary, result } from './testing/samples.ts';

let kept: Record<string, string>;

beforeEach(() => {
  kept = {};
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => (kept[key] = value),
    removeItem: (key: string) => Reflect.deleteProperty(kept, key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function make(engine: Partial<EngineApi> = {}, library: Partial<LibraryApi> = {}) {
  const calls: string[] = [];
  const engineApi: EngineApi = {
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => {
      calls.push(`load ${id}`);
      return Promise.resolve(loadedModel(id));
    },
    unload: () => {
      calls.push('unload');
      return Promise.resolve();
    },
    generate: () => Promise.resolve(result('ok')),
    stop: () => Promise.resolve(),
    ...engine,
  };
  const libraryApi: LibraryApi = {
    list: () => Promise.resolve([entry('a')]),
    find: () => Promise.resolve({ models: [], otherFiles: 0, commit: null }),
    inspect: () => Promise.resolve(modelSummary()),
    add: () => Promise.resolve({ kind: 'added', entry: entry('new') }),
    resume: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    pause: () => Promise.resolve(),
    repair: () => Promise.resolve(),
    remove: (id) => {
      calls.push(`remove ${id}`);
      return Promise.resolve();
    },
    ...library,
  };
  const app = new Freehold(
    () => Promise.resolve({ api: engineApi, sealed: true, end: () => undefined }),
    () => Promise.resolve({ api: libraryApi, sealed: false, end: () => undefined }),
  );
  return { app, calls };
}

const file = () => ({ path: 'm.gguf', file: new File(['x'], 'm.gguf') });

describe('Freehold', () => {
  it('starts with no model where none was used before', async () => {
    const { app, calls } = make();
    await app.start();
    expect([app.pageState, calls]).toEqual(['none', []]);
  });

  it('loads the model that was used last, from the store', async () => {
    kept['freehold.lastModel'] = '"a"';
    const { app, calls } = make();
    await app.start();
    expect([app.pageState, calls]).toEqual(['ready', ['load a']]);
  });

  it('repairs a model with a damaged piece and loads it then', async () => {
    kept['freehold.lastModel'] = '"a"';
    const states: string[] = [];
    let damaged = true;
    const { app } = make(
      {
        load: (id) =>
          damaged
            ? Promise.reject(new EngineError('ChunkMissing', { what: 'Piece 3 is missing' }))
            : Promise.resolve(loadedModel(id)),
      },
      {
        repair: () => {
          states.push(app.pageState);
          damaged = false;
          return Promise.resolve();
        },
      },
    );
    await app.start();
    expect([states, app.pageState]).toEqual([['downloading'], 'ready']);
  });

  it('does not load again what ended the page', async () => {
    kept['freehold.lastModel'] = kept['freehold.loading'] = '"a"';
    const { app, calls } = make();
    await app.start();
    expect([app.pageState, app.suspect, calls]).toEqual(['none', 'a', []]);
  });

  it('keeps the candidate, loads it and remembers it', async () => {
    const { app, calls } = make();
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect([app.pageState, calls, kept['freehold.lastModel']]).toEqual(['ready', ['load new'], '"new"']);
    expect(app.library.candidate).toBe(null);
    expect(kept).not.toHaveProperty('freehold.loading');
  });

  it('loads a model with the weights that were chosen for it, each time', async () => {
    const asked: unknown[] = [];
    const summary = modelSummary({ quantization: 'BF16' });
    const { app } = make(
      {
        load: (id, options) => {
          asked.push(options.quantize);
          return Promise.resolve(loadedModel(id));
        },
      },
      {
        inspect: () => Promise.resolve(summary),
        add: () => Promise.resolve({ kind: 'added', entry: entry('new', { summary }) }),
      },
    );
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true, 'Q4_0');
    await app.use(entry('new', { summary }));
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect(asked).toEqual(['Q4_0', 'Q4_0', null]);
  });

  it('stores the built-in model and loads it, and loads it at once when it is stored', async () => {
    vi.stubGlobal('document', { baseURI: 'https://example.org/some/where/' });
    const added: ModelSource[] = [];
    const ember = entry('ember', { sha256: EMBER.sha256 });
    let stored = [entry('a')];
    const { app, calls } = make(
      {},
      {
        list: () => Promise.resolve(stored),
        add: (source) => {
          added.push(source);
          stored = [ember, ...stored];
          return Promise.resolve({ kind: 'added', entry: ember });
        },
      },
    );
    await app.start();
    expect([app.ember, app.isEmber]).toEqual([undefined, false]);
    await app.startEmber();
    const url = 'https://example.org/some/where/models/ember/ember.gguf';
    expect(added).toEqual([{ kind: 'url', url, sha256: EMBER.sha256 }]);
    expect([app.ember, app.isEmber, calls]).toEqual([ember, true, ['load ember']]);
    await app.startEmber();
    expect([added.length, calls]).toEqual([1, ['load ember', 'load ember']]);
  });

  it('takes back a local file that turns out not to run here, and says why', async () => {
    const { app, calls } = make({
      load: () => Promise.reject(new EngineError('ModelTooLarge', { what: 'It needs 9 GB' })),
    });
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect(calls).toEqual(['remove new']);
    expect(app.problems.current).toMatchObject({ title: 'This model is too large for this device' });
    expect(app.pageState).toBe('none');
  });

  it('offers to go on where it is not known how text is split, and remembers that a person did', async () => {
    const summary = modelSummary({ unknownPreTokenizer: { name: 'brand-new', suggested: 'qwen2' } });
    const asked: LoadOptions[] = [];
    const { app, calls } = make(
      {
        load: (id, options) => {
          asked.push(options);
          return options.assumePreTokenizer === undefined
            ? Promise.reject(new EngineError('TokenizerUnsupported', { what: 'Not known here', got: '"brand-new"' }))
            : Promise.resolve(loadedModel(id));
        },
      },
      {
        list: () => Promise.resolve([entry('new', { summary })]),
        add: () => Promise.resolve({ kind: 'added', entry: entry('new', { summary }) }),
      },
    );
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect([app.pageState, calls]).toEqual(['none', []]);
    expect(app.problems.current).toMatchObject({ detail: 'Not known here: got "brand-new".' });
    expect(app.problems.current!.action!.label).toBe('Load anyway, as qwen2');
    app.problems.current!.action!.run();
    await vi.waitFor(() => expect(app.pageState).toBe('ready'));
    const exactly = { quantize: null };
    expect(asked).toEqual([exactly, { ...exactly, assumePreTokenizer: 'qwen2' }]);
    await app.useAgain();
    expect([app.pageState, asked.length, asked[2]]).toEqual(['ready', 3, { ...exactly, assumePreTokenizer: 'qwen2' }]);
  });

  it('offers no way on past a tokenizer that cannot be read at all', async () => {
    const { app, calls } = make({
      load: () => Promise.reject(new EngineError('TokenizerUnsupported', { what: 'No vocabulary' })),
    });
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect([app.problems.current!.action, calls]).toEqual([null, ['remove new']]);
  });

  it('keeps what was downloaded even if it does not run here', async () => {
    const { app, calls } = make({
      load: () => Promise.reject(new EngineError('ModelTooLarge', { what: 'It needs 9 GB' })),
    });
    await app.start();
    await app.chooseFromWeb({ source: { kind: 'url', url: 'https://example.org/m.gguf' } });
    await app.keepCandidate(true);
    expect(calls).toEqual([]);
    expect(app.problems.current).not.toBe(null);
  });

  it('asks another hub where one is set by hand', async () => {
    kept['freehold.hubEndpoint'] = 'http://localhost:1234';
    const inspect = vi.fn(() => Promise.resolve(modelSummary()));
    const { app } = make({}, { inspect });
    await app.chooseFromWeb({ source: { kind: 'hub', repository: 'o/n', fileName: 'm.gguf' } });
    expect(inspect).toHaveBeenCalledWith(expect.objectContaining({ endpoint: 'http://localhost:1234' }));
  });

  it('takes a model off the GPU before deleting it', async () => {
    kept['freehold.lastModel'] = '"a"';
    const { app, calls } = make();
    await app.start();
    await app.remove(app.library.entries[0]!);
    expect(calls).toEqual(['load a', 'unload', 'remove a']);
    expect(kept).not.toHaveProperty('freehold.lastModel');
  });

  it('offers to start the model again when the GPU was lost under an answer', async () => {
    kept['freehold.lastModel'] = '"a"';
    const { app, calls } = make({ generate: () => Promise.reject(new EngineError('GpuLost', { what: 'gone' })) });
    await app.start();
    await app.talk(() => app.conversation.send('hi'));
    expect(app.pageState).toBe('none');
    app.problems.current!.action!.run();
    await vi.waitFor(() => expect(app.pageState).toBe('ready'));
    expect(calls).toEqual(['load a', 'load a']);
  });

  it('is downloading while bytes come in, whatever else is ready', async () => {
    kept['freehold.lastModel'] = '"a"';
    const states: string[] = [];
    const { app } = make(
      {},
      {
        add: () => {
          states.push(app.pageState);
          return Promise.resolve({ kind: 'paused', entry: null });
        },
      },
    );
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect([states, app.pageState]).toEqual([['downloading'], 'ready']);
  });
});
