/** Saving as state: where to, one after another, what is told of each, and how it ends before its time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ExportOutcome, ExportTarget } from '../../workers/protocol/export.ts';
import type { TransferProgress } from '../../workers/protocol/model.ts';
import { exportOf, ModelExport } from './model-export.svelte.ts';
import { LibraryState } from './library.svelte.ts';
import { entry, modelSummary } from './testing/samples.ts';

const PROGRESS: TransferProgress = {
  ...{ id: 'a', phase: 'copying', storedBytes: 5, totalBytes: 10, bytesPerSecond: 1 },
  remainingMs: 5000,
};
type Export = (
  id: string,
  target: ExportTarget,
  goOn: (progress: TransferProgress) => boolean | Promise<boolean>,
) => Promise<ExportOutcome>;

const named = (id: string, fileCount?: number) =>
  entry(id, {
    summary: modelSummary({ name: `Model: ${id}`, fileName: `${id}.gguf` }),
    ...(fileCount !== undefined && { fileCount }),
  });

function start(answer: Export = () => Promise.resolve({ kind: 'written' })) {
  const asked: [id: string, target: ExportTarget][] = [];
  const exporting = new ModelExport({
    export: (id, target, goOn) => {
      asked.push([id, target]);
      return answer(id, target, goOn);
    },
  });
  return { exporting, asked };
}

beforeEach(() => {
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('removeEventListener', vi.fn());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function stubPickers(): { file: ReturnType<typeof vi.fn>; folder: ReturnType<typeof vi.fn> } {
  const [file, folder] = [vi.fn(() => Promise.resolve('a file')), vi.fn(() => Promise.resolve('a folder'))];
  vi.stubGlobal('showSaveFilePicker', file);
  vi.stubGlobal('showDirectoryPicker', folder);
  return { file, folder };
}

describe('where to', () => {
  it('is a file for a model in one, and a folder for one in several', async () => {
    const pickers = stubPickers();
    const { exporting, asked } = start();
    await exporting.save(named('a'));
    await exporting.save(named('b', 3));
    expect(pickers.file).toHaveBeenCalledWith({ suggestedName: 'a.gguf' });
    expect(asked).toEqual([
      ['a', { kind: 'file', file: 'a file' }],
      ['b', { kind: 'folder', folder: 'a folder', name: 'Model b' }],
    ]);
    expect(exporting.report).toMatchObject({ saved: ['Model: b'], byBrowser: false, failed: [] });
  });

  it('is left to a browser that asks nobody, which gets the checked files', async () => {
    const clicked: string[] = [];
    vi.stubGlobal('document', {
      createElement: () => ({
        download: '',
        click(this: { download: string }) {
          clicked.push(this.download);
        },
      }),
    });
    const files = [new File(['1'], 'one.json'), new File(['2'], 'two.safetensors')];
    const { exporting, asked } = start(() => Promise.resolve({ kind: 'checked', files }));
    await exporting.save(named('a', 2));
    expect(asked).toEqual([['a', { kind: 'browser' }]]);
    expect(clicked).toEqual(['one.json', 'two.safetensors']);
    expect(exporting.report).toMatchObject({ saved: ['Model: a'], byBrowser: true });
  });

  it('is nowhere where the person closes the dialog; another failure of it is told', async () => {
    const pickers = stubPickers();
    const { exporting, asked } = start();
    for (const pick of [pickers.file, pickers.folder]) pick.mockRejectedValue(new DOMException('closed', 'AbortError'));
    await exporting.save(named('a'));
    await exporting.save(named('b', 2));
    await exporting.saveAll([named('a')]);
    expect([asked, exporting.report]).toEqual([[], null]);
    pickers.file.mockRejectedValue(new DOMException('not now', 'SecurityError'));
    await expect(exporting.save(named('a'))).rejects.toThrow('not now');
  });
});

describe('saving all', () => {
  it('goes one after another and goes on past a damaged one, but not past a disk that takes no more', async () => {
    stubPickers();
    const damaged = new EngineError('HashMismatch', { what: 'Chunk 1 was altered' });
    const full = new EngineError('StorageFailed', { what: 'No room' });
    const { exporting, asked } = start((id) => {
      if (id === 'b') return Promise.reject(damaged);
      return id === 'd' ? Promise.reject(full) : Promise.resolve({ kind: 'written' });
    });
    await exporting.saveAll(['a', 'b', 'c', 'd', 'e'].map((id) => named(id)));
    expect(asked.map(([id]) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(exporting.report).toMatchObject({
      saved: ['Model: a', 'Model: c'],
      failed: [
        { entry: { id: 'b' }, isDamaged: true },
        { entry: { id: 'd' }, isDamaged: false },
      ],
    });
    exporting.forgive(named('b'));
    expect(exporting.report?.failed).toHaveLength(1);
    expect(exporting.report?.mended).toBe('Model: b');
  });

  it('shows how far it is, and begins nothing else meanwhile', async () => {
    stubPickers();
    const { exporting, asked } = start(async (_, __, goOn) => {
      expect(await goOn(PROGRESS)).toBe(true);
      expect(exporting.saving).toMatchObject({ name: 'Model: a', number: 1, count: 1, progress: PROGRESS });
      await exporting.save(named('b'));
      await exporting.saveAll([named('c')]);
      return { kind: 'written' };
    });
    await exporting.saveAll([named('a')]);
    expect(asked).toHaveLength(1);
    expect(exporting.saving).toBe(null);
  });

  it('stops when it is told to', async () => {
    stubPickers();
    const { exporting, asked } = start(async (_, __, goOn) => {
      exporting.stop();
      expect(await goOn(PROGRESS)).toBe(false);
      return { kind: 'stopped' };
    });
    await exporting.saveAll([named('a'), named('b')]);
    expect(asked).toHaveLength(1);
    expect(exporting.report).toMatchObject({ saved: [], stopped: true, failed: [] });
  });
});

it('is one for a library, whoever asks', () => {
  const make = () => new LibraryState(() => Promise.reject(new Error('not asked here')));
  const library = make();
  expect(exportOf(library)).toBe(exportOf(library));
  expect(exportOf(make())).not.toBe(exportOf(library));
});
