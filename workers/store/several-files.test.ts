/** Models in several files: kept as one, byte for byte, with the names that they refer to one another by. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import {
  filesFromDisk,
  ignoreProgress,
  nodeSha256,
  noise,
  QUICK,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import { mlcTwin } from '../../tools/testing/mlc-twin.ts';
import { poolingFiles } from '../../tools/testing/pooling-files.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import type { LibraryEntry, ModelSource, TransferProgress } from '../protocol/model.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { storedChunks } from './chunk.ts';
import { writeStore } from './database.ts';
import { Library } from './library.ts';
import { findManifest } from './manifest.ts';
import { openStored } from './stored-file.ts';

/** Sizes that put boundaries of files before, on and after those of chunks. */
const FILES = {
  'config.json': noise(900),
  'model-00001-of-00002.safetensors': noise(3 * SMALL_CHUNK_BYTES - 900),
  'model-00002-of-00002.safetensors': noise(2 * SMALL_CHUNK_BYTES + 777),
  'empty.json': new Uint8Array(0),
};
const WHOLE = Buffer.concat(Object.values(FILES));
const IDENTITY = nodeSha256(
  Buffer.from(
    `files ${JSON.stringify(Object.entries(FILES).map(([name, bytes]) => [name, bytes.length]))} ${Object.values(FILES)
      .map(nodeSha256)
      .join(' ')}`,
  ),
);
const fromDisk = filesFromDisk('A folder', FILES);
let hub: HubServer;

beforeEach(async () => {
  await fakeBrowser();
  hub = await startHub({ 'owner/model': { ...FILES, 'other.bin': noise(500) } });
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const fromHub = (): ModelSource => ({
  kind: 'hub-files',
  name: 'model',
  repository: 'owner/model',
  fileNames: Object.keys(FILES),
  endpoint: hub.endpoint,
});

async function add(library: Library, source: ModelSource): Promise<LibraryEntry> {
  const outcome = await library.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

async function chunkCount(): Promise<number> {
  let count = 0;
  for (const indices of (await storedChunks()).values()) count += indices.size;
  return count;
}

describe.each([
  ['files of a disk', () => fromDisk],
  ['files of a repository', fromHub],
])('%s', (_, source) => {
  it('are kept byte for byte, each under its name, in their order', async () => {
    const entry = await add(smallLibrary(), source());
    expect(entry).toMatchObject({ state: 'complete', storedBytes: WHOLE.length, sha256: IDENTITY });
    const stored = await openStored(entry.id);
    expect(stored.files.map(({ fileName }) => fileName)).toEqual(Object.keys(FILES));
    for (const file of stored.files) {
      const bytes = await file.read(0, file.byteLength);
      expect(Buffer.compare(bytes, FILES[file.fileName as keyof typeof FILES])).toBe(0);
      await expect(file.read(file.byteLength, 1)).rejects.toMatchObject({ name: 'FileTruncated' });
    }
    await stored.release();
    expect(Buffer.compare(await readWhole(entry.id), WHOLE)).toBe(0);
  });

  it('report one progress over all, up to the whole', async () => {
    const seen: TransferProgress[] = [];
    await smallLibrary().add(source(), (progress) => seen.push(progress));
    expect(seen.at(-1)).toMatchObject({ storedBytes: WHOLE.length, totalBytes: WHOLE.length });
  });

  it('go together', async () => {
    const library = smallLibrary();
    const { id } = await add(library, source());
    expect(await chunkCount()).toBe(6);
    await library.remove(id);
    expect([await chunkCount(), await library.list()]).toEqual([0, []]);
  });
});

it('are one model from wherever they come, and another under other names or in another order', async () => {
  const library = smallLibrary();
  const { id } = await add(library, fromDisk);
  for (const source of [filesFromDisk('Renamed folder', FILES), fromHub()])
    expect((await add(library, source)).id).toBe(id);
  expect(await library.list()).toHaveLength(1);
  const [first, second, ...rest] = Object.entries(FILES);
  const swapped = filesFromDisk('A folder', Object.fromEntries([second!, first!, ...rest]));
  const renamed = filesFromDisk('A folder', Object.fromEntries([['params.json', first![1]], second!, ...rest]));
  for (const source of [swapped, renamed]) expect((await add(library, source)).id).not.toBe(id);
  expect(await library.list()).toHaveLength(3);
});

it('fetches each byte of a repository’s files once, and no other file', async () => {
  await add(smallLibrary(), fromHub());
  expect(hub.sentBytes()).toBe(WHOLE.length);
});

it('says which file a repository does not have', async () => {
  const source = { ...fromHub(), fileNames: ['config.json', 'lost.safetensors'] } as ModelSource;
  const refused = { name: 'SourceRefused', message: expect.stringContaining('lost.safetensors') as string };
  await expect(smallLibrary().add(source, ignoreProgress)).rejects.toMatchObject(refused);
});

it.each([500, 2 * SMALL_CHUNK_BYTES + 100, 3 * SMALL_CHUNK_BYTES, 4 * SMALL_CHUNK_BYTES + 9])(
  'goes on where a tab died after %i bytes',
  async (bytes) => {
    const [boundary, second] = [900, 3 * SMALL_CHUNK_BYTES];
    // Each file is its own request: the one in which the death comes is stalled, those before are let through.
    const earlier = bytes < boundary ? 0 : bytes < second ? boundary : second;
    const dying = smallLibrary({ ...QUICK, stallMs: 60_000 });
    if (earlier > 0) hub.fail({ kind: 'short', afterBytes: boundary });
    if (earlier === second) hub.fail({ kind: 'short', afterBytes: second - boundary });
    hub.fail({ kind: 'stall', afterBytes: bytes - earlier });
    const adding = dying.add(fromHub(), ignoreProgress);
    const whole = Math.floor(bytes / SMALL_CHUNK_BYTES);
    await vi.waitFor(async () => {
      expect(hub.sentBytes()).toBe(bytes);
      expect(await chunkCount()).toBe(whole);
    });
    await dying.pause();
    await adding;
    hub.heal();
    const library = smallLibrary();
    if (whole === 0) {
      expect(await library.list()).toEqual([]);
      return;
    }
    const [partial] = await library.list();
    expect(partial).toMatchObject({ state: 'partial', storedBytes: whole * SMALL_CHUNK_BYTES });
    await library.resume(partial!.id, ignoreProgress);
    expect(hub.sentBytes() - bytes).toBe(WHOLE.length - whole * SMALL_CHUNK_BYTES);
    expect(Buffer.compare(await readWhole(partial!.id), WHOLE)).toBe(0);
  },
);

it('deletes only the file that arrived damaged, and fetches it alone again', async () => {
  hub.fail({ kind: 'short', afterBytes: 900 });
  hub.fail({ kind: 'short', afterBytes: FILES['model-00001-of-00002.safetensors'].length });
  hub.fail({ kind: 'flip-bit', byteOffset: SMALL_CHUNK_BYTES });
  const library = smallLibrary();
  const refused = { name: 'HashMismatch', message: expect.stringContaining('model-00002-of-00002') as string };
  await expect(add(library, fromHub())).rejects.toMatchObject(refused);
  const [partial] = await library.list();
  expect(partial).toMatchObject({ state: 'partial', storedBytes: 3 * SMALL_CHUNK_BYTES });
  const sentBefore = hub.sentBytes();
  await library.resume(partial!.id, ignoreProgress);
  expect(hub.sentBytes() - sentBefore).toBe(FILES['model-00002-of-00002.safetensors'].length);
  expect(Buffer.compare(await readWhole(partial!.id), WHOLE)).toBe(0);
});

it('finds one wrong bit in a text that the hub keeps in git', async () => {
  hub.fail({ kind: 'flip-bit', byteOffset: 444 });
  const refused = { name: 'HashMismatch', message: expect.stringMatching(/config\.json.*SHA-1/s) as string };
  await expect(add(smallLibrary(), fromHub())).rejects.toMatchObject(refused);
  // What has come of the other files stays.
  for (const indices of (await storedChunks()).values()) expect(indices).not.toContain(0);
  expect((await add(smallLibrary(), fromHub())).sha256).toBe(IDENTITY);
});

it('repairs one chunk that two files share', async () => {
  const library = smallLibrary();
  const { id } = await add(library, fromHub());
  await writeStore((store) => store.delete(['chunk', id, 0]));
  const sentBefore = hub.sentBytes();
  await library.repair(id);
  expect(hub.sentBytes() - sentBefore).toBe(SMALL_CHUNK_BYTES);
  expect(Buffer.compare(await readWhole(id), WHOLE)).toBe(0);
});

it('says that files from a disk must be chosen again, and takes them', async () => {
  const library = smallLibrary();
  const { id } = await add(library, fromDisk);
  await writeStore((store) => store.delete(['chunk', id, 1]));
  const asked = { name: 'NotFound', message: expect.stringContaining('same files') as string };
  await expect(library.repair(id)).rejects.toMatchObject(asked);
  await add(library, fromDisk);
  expect(Buffer.compare(await readWhole(id), WHOLE)).toBe(0);
});

describe('find', () => {
  it('looks through names of files, and counts those of no model', async () => {
    const paths = ['Fine-1B-Q4_0.gguf', 'Fine-1B-Q8_0.gguf', 'README.md', 'photo.jpg'];
    const found = await smallLibrary().find({ kind: 'files', files: paths.map((path) => ({ path, bytes: 5 })) });
    expect(found).toMatchObject({ otherFiles: 2, commit: null, models: [{ name: 'Fine-1B' }] });
    expect(found.models[0]!.choices.map(({ quantization }) => quantization)).toEqual(['Q4_0', 'Q8_0']);
  });

  it('looks through a repository, and names what lies at its root after it', async () => {
    hub.update('owner/model', 'tokenizer.json', noise(10));
    const found = await smallLibrary().find({ kind: 'repository', repository: 'owner/model', endpoint: hub.endpoint });
    expect(found).toMatchObject({ otherFiles: 2, commit: hub.commit('owner/model') });
    const [{ name, choices }] = found.models as [(typeof found.models)[0]];
    expect([name, choices[0]!.missing]).toEqual(['model', ['model.safetensors.index.json']]);
    expect(hub.sentBytes()).toBe(0);
  });
});

describe('real containers', () => {
  const model = randomModel({ layers: 1, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, type: 'F16' });
  const tokenizer = [
    jsonFile('tokenizer.json', SENTENCE_PIECE),
    jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
  ];
  const asFiles = async (sources: readonly NamedSource[]) =>
    Object.fromEntries(
      await Promise.all(
        sources.map(async ({ fileName, byteLength, read }) => [fileName, await read(0, byteLength)] as const),
      ),
    );

  it('are described before they are kept, with the bytes of all files', async () => {
    const parts = splitGguf(model, 3).map((bytes, index) => [`m-0000${index + 1}-of-00003.gguf`, bytes] as const);
    const folders = [
      Object.fromEntries(parts),
      await asFiles([...huggingFaceTwin(model, 2), ...tokenizer]),
      await asFiles([...mlcTwin(model, 'q0f16'), ...tokenizer]),
    ];
    for (const files of folders) {
      const library = new Library();
      const source = filesFromDisk('Some model', files);
      const fileBytes = Object.values(files).reduce((sum, { length }) => sum + length, 0);
      expect(await library.inspect(source)).toMatchObject({ architecture: 'llama', fileBytes, unsupported: null });
      const entry = await add(library, source);
      expect(entry).toMatchObject({ state: 'complete', storedBytes: fileBytes });
      expect(Buffer.compare(await readWhole(entry.id), Buffer.concat(Object.values(files)))).toBe(0);
    }
  });

  it('a folder that makes embeddings is said to, from a disk and from a repository', async () => {
    const sources = [...huggingFaceTwin(model), ...tokenizer, ...poolingFiles('mean')];
    const files = await asFiles(sources.map((file) => ({ ...file, fileName: `sub/${file.fileName}` })));
    await hub.close();
    hub = await startHub({ 'owner/model': files });
    const library = smallLibrary();
    const place = { repository: 'owner/model', endpoint: hub.endpoint };
    const { models, commit } = await library.find({ kind: 'repository', ...place });
    const fileNames = models[0]!.choices[0]!.files.map(({ path }) => path);
    const source = { kind: 'hub-files', name: 'sub', ...place, revision: commit!, fileNames } as const;
    const unsupported = expect.stringMatching(/makes embeddings.*cannot chat/) as string;
    expect(await new Library().inspect(source)).toMatchObject({ architecture: 'llama', unsupported });
    const { id } = await add(library, source);
    const stored = await openStored(id);
    expect(stored.files.map(({ fileName }) => fileName)).toEqual(fileNames.map((path) => path.replace('sub/', '')));
    await stored.release();
    const named = fileNames.map((path) => [path.replace('sub/', ''), files[path]!] as const);
    expect((await add(library, filesFromDisk('sub', Object.fromEntries(named)))).id).toBe(id);
  });

  it('an MLC shard that is not the one of the list is refused on arrival, and nothing of it stays', async () => {
    const files = await asFiles([...mlcTwin(model, 'q0f16'), ...tokenizer]);
    files['params_shard_1.bin']![77]! ^= 1;
    const refused = { name: 'HashMismatch', message: expect.stringMatching(/params_shard_1\.bin.*MD5/s) as string };
    const library = new Library();
    await expect(library.add(filesFromDisk('Broken', files), ignoreProgress)).rejects.toMatchObject(refused);
    expect([await library.list(), await chunkCount()]).toEqual([[], 0]);
  });

  it('a folder with a part missing is refused by the part’s name', async () => {
    const [first, , third] = splitGguf(model, 3);
    const source = filesFromDisk('m', { 'm-00001-of-00003.gguf': first!, 'm-00003-of-00003.gguf': third! });
    const refused = { name: 'NotFound', message: expect.stringContaining('m-00002-of-00003.gguf') as string };
    await expect(new Library().inspect(source)).rejects.toMatchObject(refused);
  });
});

it('a model that was kept before there were several files opens as it did', async () => {
  const bytes = noise(SMALL_CHUNK_BYTES + 5);
  const library = smallLibrary();
  const entry = await add(library, { kind: 'file', file: new Blob([bytes]), fileName: 'old.gguf' });
  // The id that earlier versions gave it: samples of 64 KiB at 64 places.
  const places = Array.from({ length: 64 }, (_, sample) => Math.floor((5 * sample) / 63));
  const samples = places.map((offset) => nodeSha256(bytes.subarray(offset, offset + SMALL_CHUNK_BYTES)));
  expect(entry.id).toBe(nodeSha256(Buffer.from(`file ${bytes.length} ${samples.join(' ')}`)));
  expect(await findManifest(entry.id)).not.toHaveProperty('files');
  const stored = await openStored(entry.id);
  expect(stored.files.map(({ fileName, byteLength }) => [fileName, byteLength])).toEqual([['old.gguf', bytes.length]]);
  expect(Buffer.compare(await stored.files[0]!.read(0, bytes.length), bytes)).toBe(0);
  await stored.release();
});
