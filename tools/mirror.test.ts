/** `npm run mirror` on folders as people have them: what is listed, what is left out and why, and that it is told. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseFolderIndex } from '../workers/format/folder-index.ts';
import type { FolderIndex } from '../workers/protocol/model-folder.ts';
import { makeFolderIndex } from './folder-index.ts';
import { main } from './mirror.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from './testing/folder-tokenizers.ts';
import { huggingFaceTwin, jsonFile } from './testing/hugging-face-twin.ts';
import { randomModel } from './testing/random-model.ts';
import { splitGguf } from './testing/split-gguf.ts';
import { writeGguf } from './testing/write-gguf.ts';

const SIZES = { layers: 1, embedding: 32, feedForward: 64, heads: 2, kvHeads: 1 };
const tiny = (name: string, metadata = {}) => writeGguf(randomModel({ ...SIZES, name, metadata }));

let folder: string;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirror-'));
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
}

async function putHuggingFace(path: string): Promise<string[]> {
  const files = [
    ...huggingFaceTwin(randomModel({ ...SIZES, type: 'F16' }), 2),
    jsonFile('tokenizer.json', SENTENCE_PIECE),
    jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
  ];
  for (const file of files) await put(`${path}/${file.fileName}`, await file.read(0, file.byteLength));
  return files.map(({ fileName }) => `${path}/${fileName}`);
}

async function written(): Promise<FolderIndex> {
  return parseFolderIndex(await readFile(join(folder, 'index.json'), 'utf8'), 'index.json');
}

describe('npm run mirror', () => {
  it('takes from the record beside an exported model where it is from, if the record is of these bytes', async () => {
    const bytes = tiny('Exported');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const commit = 'a'.repeat(40);
    const record = (changes: object) =>
      JSON.stringify({
        freehold: 1,
        sha256,
        source: { kind: 'hub', repository: 'owner/name', revision: commit, fileName: 'exported.gguf' },
        files: [{ fileName: 'exported.gguf', byteLength: bytes.byteLength }],
        ...changes,
      });
    await put('Exported/exported.gguf', bytes);
    const origins: unknown[] = [];
    for (const changes of [{}, { sha256: 'b'.repeat(64) }, { source: null }, { freehold: 2 }]) {
      await put('Exported/freehold.json', record(changes));
      origins.push((await makeFolderIndex(folder)).index.models[0]!.origin);
    }
    expect(origins).toEqual([{ repository: 'owner/name', commit }, null, null, null]);
  });

  it('lists a file, parts and a folder of safetensors, each as one model, by what they say of themselves', async () => {
    const bytes = tiny('Tiny', { 'general.license': 'mit', 'general.author': 'Somebody' });
    await put('deep/below/some name.gguf', bytes);
    const parts = splitGguf(randomModel({ ...SIZES, name: 'In parts', seed: 2 }), 3);
    for (const [index, part] of parts.entries()) await put(`parts/p-0000${index + 1}-of-00003.gguf`, part);
    const inFolder = await putHuggingFace('Tiny-HF');
    await put('notes.txt', 'no model');

    expect(await main([folder])).toBe(0);
    const { models } = await written();
    expect(models.map(({ name, files }) => [name, files.length])).toEqual([
      ['In parts', 3],
      ['Tiny', 1],
      ['Tiny-HF', inFolder.length],
    ]);
    expect(models[1]).toEqual({
      name: 'Tiny',
      files: [
        {
          path: 'deep/below/some name.gguf',
          byteLength: bytes.byteLength,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ],
      origin: null,
      architecture: 'llama',
      quantization: 'F32',
      parameters: expect.any(Number) as number,
      contextLength: 1024,
      license: 'mit',
      author: 'Somebody',
    });
    expect(models[0]!.files.map(({ path }) => path)).toEqual(
      [1, 2, 3].map((part) => `parts/p-0000${part}-of-00003.gguf`),
    );
    expect(models[2]!.files.map(({ path }) => path).sort()).toEqual(inFolder.sort());
    for (const { path, byteLength } of models.flatMap(({ files }) => files))
      expect(byteLength).toBe((await stat(join(folder, path))).size);
    const said = lines.join('\n');
    expect(said).toContain('3 models');
    expect(said).toContain('Tiny · ');
    expect(said).toContain('index.json is written.');
    expect(said).not.toContain('left out');
  });

  it('leaves out what cannot run, names it, and goes on with the rest', async () => {
    await put('good.gguf', tiny('Good'));
    await put('same.gguf', tiny('Good'));
    await put('web-page.gguf', '<!doctype html><p>Sign in first</p>');
    await put('cut.gguf', tiny('Cut').subarray(0, 3000));
    await put('strange.gguf', tiny('Strange', { 'general.architecture': 'rwkv7' }));
    await put('vectors.gguf', writeGguf(randomModel({ ...SIZES, architecture: 'bert', kvHeads: 2 })));
    const [first] = splitGguf(randomModel({ ...SIZES, name: 'In parts' }), 2);
    await put('p-00001-of-00002.gguf', first!);

    expect(await main([folder])).toBe(0);
    expect((await written()).models.map(({ name }) => name)).toEqual(['Good']);
    const said = lines.join('\n');
    expect(said).toContain('web-page.gguf: This is not a GGUF file');
    expect(said).toContain('cut.gguf: ');
    expect(said).toContain('strange.gguf: Models of the architecture "rwkv7" are not supported yet');
    expect(said).toContain('vectors.gguf: This model makes embeddings');
    expect(said).toContain('p-00001-of-00002.gguf: The model lacks p-00002-of-00002.gguf');
    expect(said).toContain('same.gguf: It is the same as good.gguf');
  });

  it('run again, it writes nothing, and what is new or gone otherwise', async () => {
    await put('a.gguf', tiny('A'));
    await main([folder]);
    const place = join(folder, 'index.json');
    await utimes(place, 1, 1);
    await main([folder]);
    expect((await stat(place)).mtimeMs).toBe(1000);
    expect(lines.at(-1)).toContain('is up to date');
    await put('b.gguf', tiny('B'));
    await rm(join(folder, 'a.gguf'));
    await main([folder]);
    expect((await written()).models.map(({ name }) => name)).toEqual(['B']);
    expect((await readdir(folder)).sort()).toEqual(['b.gguf', 'index.json']);
  });

  it('knows where a model is from by a hub’s cache, and by the index that was there', async () => {
    const commit = 'c'.repeat(40);
    await put(`models--owner--tiny-GGUF/snapshots/${commit}/tiny.gguf`, tiny('Tiny'));
    await main([folder]);
    const origin = { repository: 'owner/tiny-GGUF', commit };
    expect((await written()).models[0]!.origin).toEqual(origin);

    await put('moved.gguf', tiny('Tiny'));
    await rm(join(folder, 'models--owner--tiny-GGUF'), { recursive: true });
    await main([folder]);
    expect((await written()).models).toMatchObject([{ origin, files: [{ path: 'moved.gguf' }] }]);

    await put('index.json', '{ broken');
    await main([folder]);
    expect((await written()).models[0]!.origin).toBe(null);
  });

  it('writes no index where there is no model', async () => {
    await put('readme.txt', 'nothing here');
    expect(await main([folder])).toBe(1);
    expect(await readdir(folder)).toEqual(['readme.txt']);
    expect(lines.join('\n')).toContain('There is no model in');
  });

  it('says how it is used, and what is wrong with what it is given', async () => {
    expect(await main(['--help'])).toBe(0);
    expect(lines.join('\n')).toContain('npm run mirror -- DIR');
    await expect(main([])).rejects.toThrow('give one folder');
    await expect(main([folder, folder])).rejects.toThrow('give one folder');
    await expect(main(['--all'])).rejects.toThrow('give one folder');
    await expect(main([join(folder, 'none')])).rejects.toThrow('is no folder');
  });
});

it('the index beside Ember is the one that the command writes', async () => {
  const models = join(import.meta.dirname, '../public/models');
  const { index, leftOut } = await makeFolderIndex(models);
  expect(leftOut).toEqual([]);
  // Written anew with: npm run mirror -- public/models
  expect(JSON.parse(await readFile(join(models, 'index.json'), 'utf8'))).toEqual(index);
});
