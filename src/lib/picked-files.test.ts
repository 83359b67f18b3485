import { describe, expect, it } from 'vitest';
import { droppedFiles, pickedFiles, sortFiles } from './picked-files.ts';

interface Tree {
  readonly [name: string]: Tree | string;
}

/** As a browser gives a folder: entries with callbacks, a hundred children at a time. */
function entry(name: string, content: Tree | string): FileSystemEntry {
  if (typeof content === 'string') {
    const file = (resolve: (file: File) => void) => resolve(new File([content], name));
    return { name, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry;
  }
  const createReader = () => {
    const left = Object.entries(content);
    return {
      readEntries: (resolve: (entries: FileSystemEntry[]) => void) =>
        resolve(left.splice(0, 100).map(([inside, tree]) => entry(inside, tree))),
    };
  };
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry;
}

function dropped(tree: Tree, withEntries = true): DataTransfer {
  const items = Object.entries(tree).map(([name, content]) => ({
    kind: 'file',
    webkitGetAsEntry: () => (withEntries ? entry(name, content) : null),
  }));
  const files = Object.entries(tree).map(([name, content]) => new File([String(content)], name));
  return { items: [{ kind: 'string' }, ...items], files } as unknown as DataTransfer;
}

describe('what was dropped', () => {
  it('is walked through, folder by folder, with paths', async () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`${index}.bin`, 'x']));
    const found = await droppedFiles(
      dropped({ model: { 'config.json': '{}', deep: { 'a.gguf': 'abc' }, many }, 'b.txt': 'b' }),
    );
    expect(found).toHaveLength(253);
    expect(found.slice(0, 2).map(({ path }) => path)).toEqual(['model/config.json', 'model/deep/a.gguf']);
    expect(found.at(-1)?.path).toBe('b.txt');
    expect(await found[1]!.file.text()).toBe('abc');
  });

  it('is taken as plain files where there is no folder, or the browser knows no entries', async () => {
    for (const withEntries of [true, false]) {
      const found = await droppedFiles(dropped({ 'a.gguf': 'a', 'b.gguf': 'b' }, withEntries));
      expect(found.map(({ path }) => path)).toEqual(['a.gguf', 'b.gguf']);
    }
  });

  it('is refused where it is far too much', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`${index}`, '']));
    await expect(droppedFiles(dropped({ disk: many }))).rejects.toThrow('more than 10,000 files');
  });

  it('that was picked keeps the path inside its folder', () => {
    const inFolder = Object.assign(new File([''], 'a.json'), { webkitRelativePath: 'folder/a.json' });
    expect(pickedFiles([inFolder, new File([''], 'b.gguf')]).map(({ path }) => path)).toEqual([
      'folder/a.json',
      'b.gguf',
    ]);
  });
});

describe('a model among other files', () => {
  const sort = async (files: Record<string, string>) => {
    const picked = Object.entries(files).map(([path, content]) => ({ path, file: new File([content], path) }));
    const { model, others } = await sortFiles(picked);
    return [model, others].map((some) => some.map(({ path }) => path).join(' '));
  };

  it('is told by its name, by its folder, and where the name says nothing by its first bytes', async () => {
    expect(await sort({ 'a.gguf': 'x', 'notes.txt': 'GG', 'b.csv': 'a,b' })).toEqual(['a.gguf', 'notes.txt b.csv']);
    expect(await sort({ 'm/config.json': '{}', 'm/readme.md': '#', 'b.pdf': '%PDF-' })).toEqual([
      'm/config.json m/readme.md',
      'b.pdf',
    ]);
    const header = '\x10\0\0\0\0\0\0\0{"a"';
    expect(await sort({ download: 'GGUF\x03', blob: header, text: 'words {"a": 1}', empty: '' })).toEqual([
      'download blob',
      'text empty',
    ]);
  });

  it('takes along what lies beside its weights, and only then', async () => {
    expect(await sort({ 'config.json': '{}', 'model.safetensors': 'x', 'report.json': '{}' })).toEqual([
      'config.json model.safetensors',
      'report.json',
    ]);
    expect(await sort({ 'config.json': '{}', 'a.gguf': 'x' })).toEqual(['a.gguf', 'config.json']);
    expect(await sort({ 'config.json': '{}' })).toEqual(['', 'config.json']);
  });
});
