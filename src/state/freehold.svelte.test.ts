import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineApi, GenerateResult, LoadOptions } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { ModelSource } from '../../workers/protocol/model.ts';
import { EMBER } from '../catalog/ember.ts';
import { Freehold } from './freehold.svelte.ts';
import { AVAILABLE, CARE_API, entry, idOf, loadedModel, modelSummary, result, TOKEN_API } from './testing/samples.ts';

let kept: Record<string, string>;

beforeEach(() => {
  kept = {};
  vi.stubGlobal('addEventListener', () => undefined);
  // Node's own locks know no tabs.
  vi.stubGlobal('navigator', {});
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
    ...TOKEN_API,
    measureBandwidth: () => Promise.resolve(1e9),
    benchmark: () => Promise.resolve(null),
    measuredProducts: () => Promise.resolve([]),
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => {
      calls.push(`load ${idOf(id)}`);
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
    search: () => Promise.resolve({ models: [], leftOut: 0 }),
    folder: () => Promise.resolve(null),
    preferFolders: () => Promise.resolve(),
    inspect: () => Promise.resolve(modelSummary()),
    add: () => Promise.resolve({ kind: 'added', entry: entry('new') }),
    resume: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    pause: () => Promise.resolve(),
    repair: () => Promise.resolve(),
    export: () => Promise.resolve({ kind: 'written' }),
    lend: () => Promise.reject(new Error('nothing is lent here')),
    remove: (id) => {
      calls.push(`remove ${id}`);
      return Promise.resolve();
    },
    ...CARE_API,
    hide: (id) => {
      calls.push(`hide ${id}`);
      return Promise.resolve();
    },
    ...library,
  };
  const app = new Freehold(
    () => Promise.resolve({ api: engineApi, sealed: true, end: () => undefined }),
    () => Promise.resolve({ api: libraryApi, sealed: false, end: () => undefined }),
    () => Promise.reject(new Error('no passphrase is asked for here')),
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
    app.chooseSize(entry('new', { summary }), 'Q8_0');
    await app.use(entry('new', { summary }));
    expect(asked).toEqual(['Q4_0', 'Q4_0', null, 'Q8_0']);
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
    expect(app.problems.current?.error).toMatchObject({ name: 'ModelTooLarge' });
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
    expect(app.problems.current?.error).toMatchObject({ message: 'Not known here: got "brand-new".' });
    expect(app.problems.current!.actions[0]!.label()).toBe('Load anyway, as qwen2');
    app.problems.current!.actions[0]!.run();
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
    expect([app.problems.current!.actions, calls]).toEqual([[], ['remove new']]);
  });

  it('offers a shorter context where that may fit, keeps it, and marks the model that did not', async () => {
    kept['freehold.lastModel'] = '"a"';
    const asked: (number | undefined)[] = [];
    const { app } = make({
      load: (id, { contextLength }) => {
        asked.push(contextLength);
        return contextLength === undefined
          ? Promise.reject(new EngineError('ContextTooLarge', { what: 'Too long', expected: '1 MB', got: '2 MB' }))
          : Promise.resolve(loadedModel(id));
      },
    });
    await app.start();
    expect(app.refused['a']).toBe('Too long: expected 1 MB, got 2 MB.');
    expect(app.problems.current!.actions.map(({ label }) => label())).toEqual([
      'Load with a context of 256 tokens, not 512',
    ]);
    app.problems.current!.actions[0]!.run();
    await vi.waitFor(() => expect(app.pageState).toBe('ready'));
    expect([asked, Object.keys(app.refused).length, app.settings.for({}).contextLength]).toEqual([
      [undefined, 256],
      0,
      256,
    ]);
  });

  it('uses a local file without keeping it where there is no room for it', async () => {
    const { app, calls } = make(
      {},
      { add: () => Promise.reject(new EngineError('StorageFull', { what: 'No room', expected: '2 GB', got: '1 GB' })) },
    );
    await app.start();
    await app.chooseFiles([file()]);
    await app.keepCandidate(true);
    expect(app.problems.current!.actions[0]!.label()).toBe('Use it from the disk, without keeping it');
    app.problems.current!.actions[0]!.run();
    await vi.waitFor(() => expect(app.pageState).toBe('ready'));
    expect([calls, app.engine.model!.id]).toEqual([['load not-kept'], 'not-kept']);
    expect(kept).not.toHaveProperty('freehold.lastModel');
    await app.useAgain();
    expect(calls).toEqual(['load not-kept', 'load not-kept']);
  });

  it('goes on with what was interrupted, and with what was to follow it', async () => {
    let reachable = false;
    const partial = entry('new', { state: 'partial', storedBytes: 430 });
    const { app, calls } = make(
      {},
      {
        list: () => Promise.resolve(reachable ? [entry('new')] : [partial]),
        add: () =>
          reachable
            ? Promise.resolve({ kind: 'added', entry: entry('new') })
            : Promise.reject(new EngineError('SourceUnreachable', { what: 'It does not answer' })),
      },
    );
    await app.start();
    await app.chooseFromWeb({ source: { kind: 'url', url: 'https://example.org/m.gguf' } });
    await app.keepCandidate(true);
    const [interruption] = app.library.interruptions;
    expect(interruption).toMatchObject({ name: 'Small', storedBytes: 430, fileBytes: 1000 });
    expect([app.problems.current, app.pageState]).toEqual([null, 'none']);
    reachable = true;
    await app.goOn([interruption!]);
    expect([app.library.interruptions, app.pageState, calls]).toEqual([[], 'ready', ['load new']]);
  });

  it('shows that the GPU is gone where a load finds none', async () => {
    let there = true;
    const { app } = make({
      probe: () => Promise.resolve(there ? AVAILABLE : { kind: 'unavailable', reason: 'no-adapter', detail: 'None.' }),
      load: () => Promise.reject(new EngineError('GpuUnavailable', { what: 'None' })),
    });
    await app.start();
    there = false;
    await app.use(entry('a'));
    expect([app.engine.gpu, app.pageState, app.problems.current]).toEqual([
      { kind: 'unavailable', reason: 'no-adapter', detail: 'None.' },
      'unavailable',
      null,
    ]);
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

  it('asks another hub where a person has named one', async () => {
    kept['freehold.mirror'] = '{"kind":"hub","address":"http://localhost:1234/"}';
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
    expect(calls).toEqual(['load a', 'unload', 'hide a']);
    expect(kept).not.toHaveProperty('freehold.lastModel');
  });

  it('offers to start the model again when the GPU was lost under an answer', async () => {
    kept['freehold.lastModel'] = '"a"';
    const { app, calls } = make({ generate: () => Promise.reject(new EngineError('GpuLost', { what: 'gone' })) });
    await app.start();
    await app.talk(() => app.conversation.send('hi'));
    expect(app.pageState).toBe('none');
    app.problems.current!.actions[0]!.run();
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

describe('models that were asked for at once', () => {
  /** A page to which models come when they are told to, by name. */
  async function startComing(engine: Partial<EngineApi> = {}) {
    const coming = new Map<string, (error?: Error) => void>();
    const named = (name: string) => entry(name, { summary: modelSummary({ name }) });
    const { app, calls } = make(engine, {
      list: () => Promise.resolve(['a', 'b', 'c'].map(named)),
      add: (source) =>
        new Promise((resolve, reject) => {
          const name = 'url' in source ? source.url : '';
          coming.set(name, (error) =>
            error === undefined ? resolve({ kind: 'added', entry: named(name) }) : reject(error),
          );
        }),
    });
    await app.start();
    /** Once the worker has been asked for it; gives what ends when all that was to follow has. */
    const ask = async (name: string) => {
      const ended = app.take({ source: { kind: 'url', url: name }, name, fileBytes: 1000 });
      await vi.waitFor(() => expect(coming.has(name)).toBe(true));
      return { ended };
    };
    const arrive = async (name: string, error?: Error) => {
      coming.get(name)!(error);
      coming.delete(name);
      await vi.waitFor(() => expect(app.library.transfers.some((one) => one.name === name)).toBe(false));
    };
    const arrived = () => app.arrived.map(({ id }) => id);
    return { app, calls, named, ask, arrive, arrived };
  }

  it('are loaded as they come, in the order that they were asked for', async () => {
    const { app, calls, ask, arrive, arrived } = await startComing();
    const [first, second] = [await ask('a'), await ask('b')];
    await arrive('a');
    await first.ended;
    await arrive('b');
    await second.ended;
    expect([calls, arrived(), app.announcements.items]).toEqual([['load a', 'load b'], [], []]);
  });

  it('take away no model that was asked for after them, but are said to be here', async () => {
    const { app, calls, named, ask, arrive, arrived } = await startComing();
    const [first, second] = [await ask('a'), await ask('b')];
    await arrive('b');
    await second.ended;
    await arrive('a');
    await first.ended;
    expect([calls, arrived()]).toEqual([['load b'], ['a']]);
    expect(app.announcements.items.map(({ text }) => text)).toEqual(['a is on this device now.']);
    await app.use(named('a'));
    await app.use(named('b'));
    expect([calls, arrived()]).toEqual([['load b', 'load a', 'load b'], []]);
  });

  it('do not end an answer', async () => {
    let finish: () => void = () => undefined;
    const generate = () => new Promise<GenerateResult>((resolve) => (finish = () => resolve(result('ok'))));
    const { app, calls, named, ask, arrive, arrived } = await startComing({ generate });
    await app.use(named('c'));
    const first = await ask('a');
    const talking = app.talk(() => app.conversation.send('hi'));
    await vi.waitFor(() => expect(app.pageState).toBe('generating'));
    await arrive('a');
    await first.ended;
    expect([calls, arrived(), app.pageState]).toEqual([['load c'], ['a'], 'generating']);
    finish();
    await talking;
  });

  it('fail each by itself, and the others come', async () => {
    const { app, calls, ask, arrive } = await startComing();
    const [first, second] = [await ask('a'), await ask('b')];
    await arrive('a', new EngineError('HashMismatch', { what: 'Damaged' }));
    await first.ended;
    expect(app.problems.all.map(({ model }) => model)).toEqual(['a']);
    await app.pause('nothing');
    await arrive('b');
    await second.ended;
    expect([app.problems.all.map(({ model }) => model), calls]).toEqual([['a'], ['load b']]);
    const again = await ask('a');
    expect(app.problems.all).toEqual([]);
    await arrive('a');
    await again.ended;
    expect(calls).toEqual(['load b', 'load a']);
  });
});
