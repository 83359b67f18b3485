import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AboutModel, CheckOutcome, CheckProgress } from '../../workers/protocol/care.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { LibraryState } from './library.svelte.ts';
import { ModelCare } from './model-care.svelte.ts';
import { CARE_API, entry, loadedModel, modelSummary } from './testing/samples.ts';
import { Undo } from './undo.svelte.ts';

const ABOUT: AboutModel = { id: 'a', notes: '', usedAt: null, verifiedAt: 1, fromDisk: false };

function start(changes: Partial<LibraryApi> = {}, loadedId: string | null = null) {
  const calls: string[] = [];
  const noted = (name: string) => (id: string) => {
    calls.push(`${name} ${id}`);
    return Promise.resolve();
  };
  const api: LibraryApi = {
    list: () => Promise.resolve([entry('a'), entry('b')]),
    find: () => Promise.resolve({ models: [], otherFiles: 0, commit: null }),
    search: () => Promise.resolve({ models: [], leftOut: 0 }),
    folder: () => Promise.resolve(null),
    preferFolders: () => Promise.resolve(),
    inspect: () => Promise.resolve(modelSummary()),
    add: () => {
      calls.push('add');
      return Promise.resolve({ kind: 'added', entry: entry('new') });
    },
    resume: () => Promise.resolve({ kind: 'added', entry: entry('a') }),
    pause: () => Promise.resolve(),
    repair: noted('repair'),
    export: () => Promise.resolve({ kind: 'written' }),
    lend: () => Promise.reject(new Error('nothing is lent here')),
    remove: noted('remove'),
    ...CARE_API,
    abouts: () => Promise.resolve([ABOUT]),
    hide: noted('hide'),
    bringBack: noted('bring back'),
    ...changes,
  };
  const library = new LibraryState(() => Promise.resolve({ api, sealed: false, end: () => undefined }));
  const undo = new Undo();
  const failures: unknown[] = [];
  const loader = {
    load: (model: unknown) => {
      calls.push(`load ${(model as LibraryEntry).id}`);
      return Promise.resolve();
    },
    unload: (id: string) => {
      if (id === loadedId) calls.push(`unload ${id}`);
      return Promise.resolve();
    },
    forget: () => undefined,
  };
  const engine = { model: loadedId === null ? null : loadedModel(loadedId) };
  const care = new ModelCare({ library, engine, loader, undo, onFailure: (error) => failures.push(error) });
  return { care, library, undo, calls, failures };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('remarks', () => {
  it('keeps a name without what cannot be seen, and takes the file’s name for none', async () => {
    const remark = vi.fn(() => Promise.resolve());
    const { care } = start({ remark });
    await care.rename(entry('a'), '  Granny’s\u200B  writer ');
    await care.rename(entry('a'), ' Small ');
    await care.keepNotes(entry('a'), 'good at\nverse\u200B \n');
    expect(remark.mock.calls).toEqual([
      ['a', { ownName: 'Granny’s writer' }],
      ['a', { ownName: '' }],
      ['a', { notes: 'good at\nverse' }],
    ]);
    expect(care.abouts['a']).toEqual(ABOUT);
  });
});

describe('a check', () => {
  it('shows how far it is, then what came of it; progress that comes late is passed over', async () => {
    let report: ((progress: CheckProgress) => void) | null = null;
    let end: ((outcome: CheckOutcome) => void) | null = null;
    const { care } = start({
      check: (_, onProgress) => {
        report = onProgress;
        return new Promise((resolve) => (end = resolve));
      },
    });
    const checking = care.check(entry('a'));
    await vi.waitFor(() => expect(report).not.toBeNull());
    report!({ checkedBytes: 400, totalBytes: 1000 });
    expect(care.checks['a']).toEqual({ kind: 'running', checkedBytes: 400, totalBytes: 1000 });
    const damaged: CheckOutcome = { kind: 'damaged', damaged: 1, damagedBytes: 16, chunks: 3 };
    end!(damaged);
    await checking;
    report!({ checkedBytes: 1000, totalBytes: 1000 });
    expect(care.checks['a']).toEqual(damaged);
  });

  it('leaves no trace where it is refused', async () => {
    const refused = new EngineError('FileBusy', { what: 'in use' });
    const { care } = start({ check: () => Promise.reject(refused) });
    await expect(care.check(entry('a'))).rejects.toBe(refused);
    expect(care.checks['a']).toBeUndefined();
  });

  it('is followed by a repair that takes the model off the GPU meanwhile', async () => {
    const { care, calls } = start({}, 'a');
    await care.repair(entry('a'));
    expect(calls).toEqual(['unload a', 'repair a', 'load a']);
    expect(care.checks['a']).toEqual({ kind: 'intact' });
  });
});

describe('a damaged model', () => {
  it('is taken off the GPU for what may mend it, and known to be mended', async () => {
    const damaged: CheckOutcome = { kind: 'damaged', damaged: 1, damagedBytes: 16, chunks: 3 };
    let verifiedAt = 1;
    const abouts = () => Promise.resolve([{ ...ABOUT, verifiedAt, fromDisk: true }]);
    const { care, library, calls } = start({ abouts, check: () => Promise.resolve(damaged) }, 'a');
    await care.refresh();
    await care.check(entry('a'));
    await care.refresh();
    expect(care.checks['a']).toEqual(damaged);
    await library.add({ source: { kind: 'url', url: 'https://example.org/m.gguf' }, summary: modelSummary() });
    expect(calls).toEqual(['unload a', 'add']);
    verifiedAt = 2;
    await care.refresh();
    expect(care.checks['a']).toBeUndefined();
  });
});

describe('deleting', () => {
  it('hides the model, and frees its bytes when the offer ends', async () => {
    const { care, undo, calls } = start();
    await care.remove(entry('a'));
    expect([undo.offer?.what, calls]).toEqual(['“Small” deleted', ['hide a']]);
    await vi.advanceTimersByTimeAsync(21_000);
    expect([undo.offer, calls]).toEqual([null, ['hide a', 'remove a']]);
  });

  it('brings it back, loaded if it was, and deletes nothing then', async () => {
    const { care, undo, calls } = start({}, 'a');
    await care.remove(entry('a'));
    await undo.take();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toEqual(['unload a', 'hide a', 'bring back a', 'load a']);
  });

  it('carries out one deletion when the next begins, and the last before anything is brought in', async () => {
    const { care, library, calls } = start();
    await care.remove(entry('a'));
    await care.remove(entry('b'));
    await library.add({ source: { kind: 'url', url: 'https://example.org/m.gguf' }, summary: modelSummary() });
    expect(calls).toEqual(['hide a', 'hide b', 'remove a', 'remove b', 'add']);
  });

  it('leaves another offer alone when something is brought in', async () => {
    const { library, undo } = start();
    undo.show('A chat', () => undefined);
    await library.add({ source: { kind: 'url', url: 'https://example.org/m.gguf' }, summary: modelSummary() });
    expect(undo.offer?.what).toBe('A chat');
  });

  it('has no way back where the disk is full to the brim, and is refused where the model is in use', async () => {
    const full = start({ hide: () => Promise.reject(new EngineError('StorageFull', { what: 'full' })) });
    await full.care.remove(entry('a'));
    expect([full.undo.offer, full.calls]).toEqual([null, ['remove a']]);
    const busy = start({ hide: () => Promise.reject(new EngineError('FileBusy', { what: 'in use' })) });
    await expect(busy.care.remove(entry('a'))).rejects.toMatchObject({ name: 'FileBusy' });
    expect([busy.undo.offer, busy.calls]).toEqual([null, []]);
  });

  it('shows why bytes could not be freed', async () => {
    const failure = new EngineError('StorageFailed', { what: 'the disk' });
    const { care, undo, failures } = start({ remove: () => Promise.reject(failure) });
    await care.remove(entry('a'));
    undo.dismiss();
    await vi.advanceTimersByTimeAsync(0);
    expect(failures).toEqual([failure]);
  });
});
