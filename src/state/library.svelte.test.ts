import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ModelSource } from '../../workers/protocol/model.ts';
import { LibraryState } from './library.svelte.ts';
import { entry, modelSummary } from './testing/samples.ts';

const SOURCE: ModelSource = { kind: 'url', url: 'https://example.org/m.gguf' };

function start(api: Partial<LibraryApi>): LibraryState {
  const full: LibraryApi = {
    list: () => Promise.resolve([]),
    find: () => Promise.resolve({ models: [], otherFiles: 0, commit: null }),
    inspect: () => Promise.resolve(modelSummary()),
    add: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    resume: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    pause: () => Promise.resolve(),
    repair: () => Promise.resolve(),
    remove: () => Promise.resolve(),
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
    expect(library.inspecting).toBe(null);
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
        onProgress({ phase: 'downloading', storedBytes: 5, totalBytes: 1000, bytesPerSecond: 1, remainingMs: null });
        seen.push(library.transfer?.progress?.storedBytes);
        await library.pause();
        seen.push(library.transfer?.pausing);
        return { kind: 'paused', entry: null };
      },
    });
    await expect(library.add({ source: SOURCE, summary: modelSummary() })).resolves.toBe(null);
    expect(seen).toEqual([5, true]);
    expect(library.transfer).toBe(null);
    expect(library.entries).toHaveLength(1);
    expect(persist).toHaveBeenCalledOnce();
  });

  it('works where the browser has no storage manager', async () => {
    vi.stubGlobal('navigator', {});
    const library = start({});
    await expect(library.add({ source: SOURCE, summary: modelSummary() })).resolves.toEqual(entry('a'));
    expect(library.storage).toEqual({ usedBytes: null, quotaBytes: null, persisted: null });
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
