import { describe, expect, it } from 'vitest';
import type { FoundModels, ModelChoice, ModelPlace } from '../../workers/protocol/found.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { ModelSource } from '../../workers/protocol/model.ts';
import type { PickedFile } from '../lib/picked-files.ts';
import { Finder } from './finder.svelte.ts';
import { LibraryState } from './library.svelte.ts';
import { modelSummary } from './testing/samples.ts';

const picked = (...paths: string[]): PickedFile[] =>
  paths.map((path) => ({ path, file: new File(['abc'], path.slice(path.lastIndexOf('/') + 1)) }));
const choice = (paths: readonly string[], changes: Partial<ModelChoice> = {}): ModelChoice => ({
  ...{ container: 'gguf', quantization: null, bytes: 3 * paths.length, missing: [] },
  files: paths.map((path) => ({ path, bytes: 3 })),
  ...changes,
});
const found = (choices: readonly ModelChoice[], changes: Partial<FoundModels> = {}): FoundModels => ({
  ...{ models: choices.length === 0 ? [] : [{ name: 'M', choices }], otherFiles: 0, commit: null },
  ...changes,
});

function make(answer: FoundModels) {
  const places: ModelPlace[] = [];
  const inspected: ModelSource[] = [];
  const api: Partial<LibraryApi> = {
    find: (place) => {
      places.push(place);
      return Promise.resolve(answer);
    },
    inspect: (source) => {
      inspected.push(source);
      return Promise.resolve(modelSummary());
    },
  };
  const library = new LibraryState(() =>
    Promise.resolve({ api: api as LibraryApi, sealed: false, end: () => undefined }),
  );
  return { finder: new Finder(library), library, places, inspected };
}

describe('files that were picked', () => {
  it('are told by name and size only; the one model among them is looked at', async () => {
    const files = picked('folder/m-00001-of-00002.gguf', 'folder/m-00002-of-00002.gguf', 'folder/notes.txt');
    const paths = files.slice(0, 2).map(({ path }) => path);
    const { finder, library, places, inspected } = make(found([choice(paths)], { otherFiles: 1 }));
    await finder.pick(files);
    expect(places).toEqual([{ kind: 'files', files: files.map(({ path }) => ({ path, bytes: 3 })) }]);
    const chosen = files.slice(0, 2).map(({ file }) => ({ file, fileName: file.name }));
    expect(inspected).toEqual([{ kind: 'files', name: 'M', files: chosen }]);
    expect([finder.offer, finder.otherFiles, library.candidate?.source.kind]).toEqual([null, 1, 'files']);
  });

  it('keep the folders within the model in their names', async () => {
    const names = ['config.json', '1_Pooling/config.json', 'model.safetensors'];
    const files = picked(...names.map((name) => `folder/${name}`));
    const { finder, inspected } = make(found([choice(files.map(({ path }) => path))]));
    await finder.pick(files);
    const chosen = files.map(({ file }, index) => ({ file, fileName: names[index] }));
    expect(inspected).toEqual([{ kind: 'files', name: 'M', files: chosen }]);
  });

  it('are offered where there are several choices, and each leads to its own files', async () => {
    const choices = [choice(['a.gguf'], { quantization: 'Q4_0' }), choice(['b.gguf'], { quantization: 'Q8_0' })];
    const { finder, inspected } = make(found(choices));
    const files = picked('a.gguf', 'b.gguf');
    await finder.pick(files);
    expect([finder.offer?.title, finder.offer?.isRepository, inspected]).toEqual(['2 files', false, []]);
    const [model] = finder.offer!.models;
    const expected = { kind: 'file', file: files[1]!.file, fileName: 'b.gguf' };
    expect(finder.offer!.sourceOf(model!, choices[1]!)).toEqual(expected);
    finder.dismiss();
    expect(finder.offer).toBe(null);
  });

  it('are offered, not looked at, where something is missing', async () => {
    const { finder, inspected } = make(found([choice(['d/a'], { missing: ['d/tokenizer.json'] })]));
    await finder.pick(picked('d/a', 'd/b'));
    expect([finder.offer?.title, inspected]).toEqual(['d', []]);
  });

  it('are looked at anyway if it is one of unknown name, and refused if there are several', async () => {
    const { finder, inspected } = make(found([]));
    await finder.pick(picked('strange.txt'));
    expect(inspected).toHaveLength(1);
    await expect(finder.pick(picked('a.txt', 'b.txt'))).rejects.toMatchObject({ name: 'FileUnsupported' });
    await finder.pick([]);
    expect(finder.offer).toBe(null);
  });
});

describe('a repository', () => {
  const commit = 'c'.repeat(40);
  const repository = { repository: 'o/n', endpoint: 'http://localhost:1' };

  it('is looked through at the commit that it was listed at', async () => {
    const one = choice(['m-Q4_0.gguf']);
    const { finder, places, inspected } = make(found([one], { commit }));
    await finder.look(repository);
    expect(places).toEqual([{ kind: 'repository', ...repository }]);
    expect(inspected).toEqual([{ kind: 'hub', ...repository, revision: commit, fileName: 'm-Q4_0.gguf' }]);
  });

  it('offers its choices, or goes to the one that a file belongs to', async () => {
    const parts = choice(['q8/m-00001-of-00002.gguf', 'q8/m-00002-of-00002.gguf']);
    const { finder, inspected } = make(found([choice(['m-Q4_0.gguf']), parts], { commit }));
    await finder.look(repository);
    expect([finder.offer?.title, finder.offer?.isRepository, inspected]).toEqual(['o/n', true, []]);
    await finder.look(repository, 'q8/m-00002-of-00002.gguf');
    const fileNames = parts.files.map(({ path }) => path);
    expect(inspected).toEqual([{ kind: 'hub-files', ...repository, revision: commit, name: 'M', fileNames }]);
    expect(finder.offer).toBe(null);
  });

  it('without a model says so', async () => {
    const { finder } = make(found([], { commit }));
    await expect(finder.look(repository)).rejects.toMatchObject({
      name: 'FileUnsupported',
      message: expect.stringContaining('o/n') as string,
    });
  });
});
