import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AddOutcome, LibraryApi } from '../../workers/protocol/library.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ModelSource, ModelSummary, TransferProgress } from '../../workers/protocol/model.ts';
import { LibraryState } from './library.svelte.ts';
import { CARE_API, entry, modelSummary } from './testing/samples.ts';

const SOURCE: ModelSource = { kind: 'url', url: 'https://example.org/m.gguf' };

function start(api: Partial<LibraryApi>): LibraryState {
  const full: LibraryApi = {
    list: () => Promise.resolve([]),
    find: () => Promise.resolve({ models: [], otherFiles: 0, commit: null }),
    search: () => Promise.resolve({ models: [], leftOut: 0 }),
    folder: () => Promise.resolve(null),
    preferFolders: () => Promise.resolve(),
    inspect: () => Promise.resolve(modelSummary()),
    add: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    resume: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    pause: () => Promise.resolve(),
    repair: () => Promise.resolve(),
    export: () => Promise.resolve({ kind: 'written' }),
    lend: () => Promise.reject(new Error('nothing is lent here')),
    remove: () => Promise.resolve(),
    ...CARE_API,
    ...api,
  };
  return new LibraryState(() => Promise.resolve({ api: full, sealed: false, end: () => undefined }));
}

function stubStorage(usage: number, quota: number): { persist: ReturnType<typeof vi.fn> } {
  const persist = vi.fn(() => Promise.resolve(true));
  const storage = {
    persist,
    persisted: () => Promise.resolve(false),
    estimate: () => Promise.resolve({ usage, quota }),
  };
  vi.stubGlobal('navigator', { storage });
  return { persist };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('LibraryState', () => {
  it('offers what it inspected as a candidate', async () => {
    const library = start({});
    const inspection = library.inspect(SOURCE);
    expect(library.inspecting).toBe('https://example.org/m.gguf');
    await inspection;
    await expect.poll(() => library.inspecting).toBe(null);
    expect(library.candidate).toEqual({ source: SOURCE, summary: modelSummary() });
  });

  it('refuses what the engine cannot run, with the file’s own reason', async () => {
    const library = start({
      inspect: () => Promise.resolve(modelSummary({ unsupported: 'It is no language model.' })),
    });
    const refused = { name: 'FileUnsupported', message: 'It is no language model.' };
    await expect(library.inspect(SOURCE)).rejects.toMatchObject(refused);
    expect(library.candidate).toBe(null);
  });

  it('lets a later inspection overtake an earlier one, failures too', async () => {
    const answers: ((name: string | Error) => void)[] = [];
    const library = start({
      inspect: () =>
        new Promise((resolve, reject) => {
          answers.push((name) => (typeof name === 'string' ? resolve(modelSummary({ name })) : reject(name)));
        }),
    });
    const first = library.inspect(SOURCE);
    const second = library.inspect(SOURCE);
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]!('second');
    answers[0]!(new Error('late'));
    await Promise.all([first, second]);
    expect(library.candidate?.summary.name).toBe('second');
  });

  it('shows a transfer while it runs and forgets it after', async () => {
    const { persist } = stubStorage(0, 1e9);
    const seen: unknown[] = [];
    const library = start({
      list: () => Promise.resolve([entry('a')]),
      add: async (_source, onProgress) => {
        const rate = { bytesPerSecond: 1, remainingMs: null };
        onProgress({ id: 'a', phase: 'downloading', storedBytes: 5, totalBytes: 1000, ...rate });
        seen.push(library.transfers[0]?.progress?.storedBytes);
        await library.pause();
        seen.push(library.transfers[0]?.pausing);
        return { kind: 'paused', entry: null };
      },
    });
    await expect(library.add({ source: SOURCE, summary: modelSummary() })).resolves.toBe(null);
    expect(seen).toEqual([5, true]);
    expect(library.transfers).toEqual([]);
    expect(library.entries).toHaveLength(1);
    expect(persist).toHaveBeenCalledOnce();
  });

  it('works where the browser has no storage manager', async () => {
    vi.stubGlobal('navigator', {});
    const library = start({});
    await expect(library.add({ source: SOURCE, summary: modelSummary() })).resolves.toEqual(entry('a'));
    expect(library.storage).toEqual({ usedBytes: null, quotaBytes: null, persisted: null, neededBytes: 0 });
  });

  it('connects again after a failed start', async () => {
    let tries = 0;
    const library = new LibraryState(() => {
      tries++;
      return Promise.reject(new EngineError('WorkerFailed', { what: 'no' }));
    });
    await expect(library.refresh()).rejects.toThrow('no');
    await expect(library.refresh()).rejects.toThrow('no');
    expect(tries).toBe(2);
    expect(library.known).toBe(false);
  });
});

/** A library whose additions go on until they are told to end. */
function startOpen(api: Partial<LibraryApi> = {}) {
  const running: {
    url: string;
    key: string;
    report: (progress: TransferProgress) => void;
    end: (outcome: AddOutcome | Error) => void;
  }[] = [];
  const paused: (string | undefined)[] = [];
  const library = start({
    add: (source, report, key = '') =>
      new Promise((resolve, reject) => {
        const end = (outcome: AddOutcome | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
        running.push({ url: 'url' in source ? source.url : '', key, report, end });
      }),
    pause: (key) => {
      paused.push(key);
      for (const one of running) if (key === undefined || one.key === key) one.end({ kind: 'paused', entry: null });
      return Promise.resolve();
    },
    ...api,
  });
  const add = (name: string, changes: Partial<ModelSummary> = {}) =>
    library.add({ source: { kind: 'url', url: name }, summary: modelSummary({ name, ...changes }) });
  return { library, running, paused, add };
}

const at = (id: string, storedBytes: number): TransferProgress => ({
  ...{ id, phase: 'downloading', storedBytes, totalBytes: 1000, bytesPerSecond: 1, remainingMs: null },
});
const names = (library: LibraryState) => library.transfers.map(({ name }) => name);

describe('several transfers at once', () => {
  it('progress, and are paused, each by itself', async () => {
    const { library, running, paused, add } = startOpen();
    const adding = [add('a'), add('b')];
    await vi.waitFor(() => expect(running).toHaveLength(2));
    running[0]!.report(at('1', 10));
    running[1]!.report(at('2', 20));
    expect(library.transfers.map(({ id, progress }) => [id, progress?.storedBytes])).toEqual([
      ['1', 10],
      ['2', 20],
    ]);
    await library.pause(library.transfers[0]!.key);
    await expect(adding[0]).resolves.toBe(null);
    expect([names(library), library.transfers[0]?.pausing, paused]).toEqual([['b'], false, [running[0]!.key]]);
    running[1]!.end({ kind: 'added', entry: entry('2') });
    await expect(adding[1]).resolves.toEqual(entry('2'));
    expect(library.transfers).toEqual([]);
  });

  it('are all paused together', async () => {
    const { library, running, add } = startOpen();
    const adding = [add('a'), add('b')];
    await vi.waitFor(() => expect(running).toHaveLength(2));
    const pausing = library.pause();
    expect(library.transfers.map(({ pausing }) => pausing)).toEqual([true, true]);
    await pausing;
    await expect(Promise.all(adding)).resolves.toEqual([null, null]);
  });

  it('does not ask for one that was paused before the worker heard of it', async () => {
    const { library, running, add } = startOpen();
    let makeRoom: () => void = () => undefined;
    library.makeRoom = () => new Promise((resolve) => (makeRoom = resolve));
    const adding = add('a');
    await vi.waitFor(() => expect(names(library)).toEqual(['a']));
    await library.pause(library.transfers[0]!.key);
    makeRoom();
    await expect(adding).resolves.toBe(null);
    expect(running).toEqual([]);
  });

  it('show one model once, however often it was asked for, by its name until its source has told', async () => {
    const { library, running, add } = startOpen();
    const adding = [add('a'), add('a'), add('a', { fileBytes: 2000 }), add('another name')];
    await vi.waitFor(() => expect(running).toHaveLength(4));
    expect(names(library)).toEqual(['a', 'a', 'another name']);
    running.forEach(({ report }, index) => report(at(index === 3 ? '1' : String(index), 1)));
    expect(library.transfers.map(({ id }) => id)).toEqual(['0', '1', '2']);
    await library.pause();
    await Promise.all(adding);
  });

  it('fail and are interrupted each by itself', async () => {
    const { library, running, add } = startOpen();
    const adding = ['a', 'b', 'c'].map((name) => add(name));
    await vi.waitFor(() => expect(running).toHaveLength(3));
    const [damaged, lost] = [
      new EngineError('HashMismatch', { what: 'It arrived damaged' }),
      new EngineError('SourceUnreachable', { what: 'It does not answer' }),
    ];
    running[0]!.end(damaged);
    running[1]!.end(lost);
    await expect(adding[0]).rejects.toBe(damaged);
    await expect(adding[1]).rejects.toBe(lost);
    expect([names(library), library.interruptions.map(({ name }) => name)]).toEqual([['c'], ['b']]);
    expect([library.failedName(damaged), library.failedName(lost)]).toEqual(['a', null]);
    const again = library.interruptions[0]!.again();
    await vi.waitFor(() => expect(running).toHaveLength(4));
    expect([names(library), library.interruptions]).toEqual([['c', 'b'], []]);
    for (const { end } of running) end({ kind: 'added', entry: entry('x') });
    await Promise.all([again, adding[2]]);
  });

  it('end with their worker, and can all be gone on with', async () => {
    let die: (error: EngineError) => void = () => undefined;
    const { library: other } = startOpen();
    const dead = new EngineError('WorkerFailed', { what: 'It died' });
    const waiting: ((error: Error) => void)[] = [];
    const api = { ...(await other.worker), add: () => new Promise<never>((_, reject) => waiting.push(reject)) };
    const library = new LibraryState((onDied) => {
      die = onDied;
      return Promise.resolve({ api, sealed: false, end: () => undefined });
    });
    const adding = ['a', 'b'].map((name) => library.add({ source: SOURCE, summary: modelSummary({ name }) }));
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    for (const reject of waiting) reject(dead);
    die(dead);
    await Promise.allSettled(adding);
    expect([library.transfers, library.interruptions.map(({ name }) => name)]).toEqual([[], ['a', 'b']]);
  });

  it('tell what they still need of the storage, and hide what they bring in from what rests', async () => {
    stubStorage(100, 10_000);
    const partial = entry('1', { state: 'partial', storedBytes: 400, summary: modelSummary({ name: 'a' }) });
    const { library, running, add } = startOpen({ list: () => Promise.resolve([partial]) });
    await library.refresh();
    expect(library.resting).toEqual([partial]);
    const adding = [add('a'), add('b')];
    await vi.waitFor(() => expect(library.storage.neededBytes).toBe(600 + 1000));
    expect(library.resting).toEqual([]);
    running[1]!.report(at('2', 900));
    await library.refreshStorage();
    expect(library.storage.neededBytes).toBe(600 + 100);
    await library.pause();
    await Promise.all(adding);
    await vi.waitFor(() => expect(library.storage.neededBytes).toBe(0));
    expect(library.resting).toEqual([partial]);
  });
});
