/** Opening a model where it lies: as it was, or not at all. What is remembered is a browser's to keep; `e2e/disk.spec.ts` has that. */
import { describe, expect, it } from 'vitest';
import type { DiskFile, DiskModel } from '../disk/disk-book.ts';
import { DiskModels } from './disk-models.svelte.ts';
import { modelSummary } from './testing/samples.ts';

/** A file that was chosen, and what its handle gives now. */
function file(
  fileName: string,
  now: Partial<{ text: string; modifiedAt: number; permission: string; gone: boolean }> = {},
) {
  const { text = 'abc', modifiedAt = 1000, permission = 'granted', gone = false } = now;
  const handle = {
    requestPermission: () => Promise.resolve(permission),
    getFile: () =>
      gone
        ? Promise.reject(new DOMException('It is not there', 'NotFoundError'))
        : Promise.resolve(new File([text], fileName, { lastModified: modifiedAt })),
  };
  return {
    handle: handle as unknown as FileSystemFileHandle,
    fileName,
    byteLength: 3,
    modifiedAt: 1000,
  } satisfies DiskFile;
}

const model = (...files: DiskFile[]): DiskModel => ({ id: 'a', summary: modelSummary(), files, addedAt: 0 });

describe('open', () => {
  it('gives a model in one file, or in several in their order', async () => {
    const disk = new DiskModels();
    const one = await disk.open(model(file('one.gguf')));
    expect(one).toMatchObject({ source: { kind: 'file', fileName: 'one.gguf' }, summary: modelSummary() });
    const two = await disk.open(model(file('2.gguf'), file('1.gguf')));
    expect(two?.source).toMatchObject({
      kind: 'files',
      name: 'small.gguf',
      files: [{ fileName: '2.gguf' }, { fileName: '1.gguf' }],
    });
  });

  it('gives none where the person refuses', async () => {
    expect(await new DiskModels().open(model(file('one.gguf', { permission: 'denied' })))).toBe(null);
  });

  it.each([
    ['is gone', { gone: true }, 'is not where it was'],
    ['has another size', { text: 'abcd' }, 'has been changed'],
    ['was written again', { modifiedAt: 1001 }, 'has been changed'],
  ])('refuses a file that %s, by its name', async (_, now, says) => {
    const opening = new DiskModels().open(model(file('good.gguf'), file('bad.gguf', now)));
    await expect(opening).rejects.toMatchObject({
      name: 'SourceChanged',
      message: expect.stringMatching(`^bad.gguf ${says}`) as string,
    });
  });
});
