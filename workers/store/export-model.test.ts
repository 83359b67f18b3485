/** Taking a model along: the same bytes come out, a damaged one says where, and what is not whole is not there. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { FakeFile, FakeFolder } from '../../tools/testing/fake-folder.ts';
import {
  filesFromDisk,
  ignoreProgress,
  nodeSha256,
  noise,
  putInstead,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import type { LibraryEntry, ModelSource, TransferProgress } from '../protocol/model.ts';
import { writeStore } from './database.ts';
import { sha256Hex } from '../source/digest.ts';
import { withExclusiveLock } from './file-lock.ts';
import { findManifest, requireManifest } from './manifest.ts';

const BYTES = noise(5 * SMALL_CHUNK_BYTES + 777);
/** Sizes that put boundaries of files before, on and after those of chunks. */
const FILES = {
  'config.json': noise(900),
  'model-00001-of-00002.safetensors': noise(3 * SMALL_CHUNK_BYTES - 900),
  'model-00002-of-00002.safetensors': noise(2 * SMALL_CHUNK_BYTES + 777),
  'empty.json': new Uint8Array(0),
};
const COMMIT_DIGITS = /^[0-9a-f]{40}$/;
const library = smallLibrary();
let hub: HubServer;

beforeEach(async () => {
  await fakeBrowser();
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES, ...FILES } });
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const goOn = () => true;
const fromDisk = (bytes = BYTES, fileName = 'local.gguf'): ModelSource => ({
  kind: 'file',
  file: new Blob([bytes]),
  fileName,
});

async function add(source: ModelSource): Promise<LibraryEntry> {
  const outcome = await library.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

const alterChunk = (id: string, index: number) => putInstead(['chunk', id, index], noise(SMALL_CHUNK_BYTES));

function loseChunk(id: string, index: number): Promise<void> {
  return writeStore((store) => store.delete(['chunk', id, index])).then(() => undefined);
}

describe('into a file', () => {
  it('writes every byte, and tells how far it is', async () => {
    const { id } = await add(fromDisk());
    const file = new FakeFile();
    const seen: TransferProgress[] = [];
    const outcome = await library.export(id, { kind: 'file', file }, (progress) => seen.push(progress) > 0);
    expect(outcome).toEqual({ kind: 'written' });
    expect(nodeSha256(file.bytes)).toBe(nodeSha256(BYTES));
    expect(seen[0]).toMatchObject({ id, phase: 'copying', storedBytes: 0, totalBytes: BYTES.length });
    expect(seen.at(-1)).toMatchObject({ storedBytes: BYTES.length });
    expect(file.isRemoved).toBe(false);
  });

  it.each([
    ['altered', alterChunk, 'HashMismatch'],
    ['missing', loseChunk, 'ChunkMissing'],
  ])('ends at a chunk that is %s, names its byte and the remedy, and leaves no file', async (_, damage, name) => {
    const { id } = await add(fromDisk());
    await damage(id, 3);
    const file = new FakeFile();
    const saving = library.export(id, { kind: 'file', file }, goOn);
    await expect(saving).rejects.toMatchObject({
      name,
      message: expect.stringMatching(`at byte ${3 * SMALL_CHUNK_BYTES}\\b.*Repair`) as string,
    });
    expect([file.bytes.length, file.isRemoved]).toEqual([0, true]);
  });

  it.each([0, 1, BYTES.length - 1])(
    'says so where the disk takes only %i bytes, and leaves no file',
    async (bytesLeft) => {
      const { id } = await add(fromDisk());
      const file = new FakeFile(undefined, { bytesLeft });
      const saving = library.export(id, { kind: 'file', file }, goOn);
      await expect(saving).rejects.toMatchObject({
        name: 'StorageFailed',
        message: expect.stringContaining('no room') as string,
      });
      expect([file.bytes.length, file.isRemoved]).toEqual([0, true]);
    },
  );

  it('does not take away a file that still has what it had', async () => {
    const { id } = await add(fromDisk());
    const file = new FakeFile(noise(10), { bytesLeft: 5 });
    await expect(library.export(id, { kind: 'file', file }, goOn)).rejects.toMatchObject({ name: 'StorageFailed' });
    expect([file.bytes.length, file.isRemoved]).toEqual([10, false]);
  });

  it.each([0, 1, 2])('stops after %i reports and leaves no file', async (reports) => {
    const { id } = await add(fromDisk());
    const file = new FakeFile();
    let heard = 0;
    const outcome = await library.export(id, { kind: 'file', file }, () => Promise.resolve(heard++ < reports));
    // A model as small as this is reported twice: as it begins and when all is written.
    expect(outcome).toEqual({ kind: reports < 2 ? 'stopped' : 'written' });
    expect([file.bytes.length > 0, file.isRemoved]).toEqual(reports < 2 ? [false, true] : [true, false]);
  });

  it('keeps the model from being deleted meanwhile, and lets it go after', async () => {
    const { id } = await add(fromDisk());
    let refused: unknown = null;
    await library.export(id, { kind: 'file', file: new FakeFile() }, async () => {
      refused ??= await library.remove(id).catch((error: unknown) => error);
      return true;
    });
    expect(refused).toMatchObject({ name: 'FileBusy' });
    await library.remove(id);
  });

  it('refuses a model in several files, and one that is not whole or not there', async () => {
    const { id } = await add(filesFromDisk('A folder', FILES));
    const target = { kind: 'file', file: new FakeFile() } as const;
    await expect(library.export(id, target, goOn)).rejects.toMatchObject({ name: 'SettingInvalid' });
    await expect(library.export('nothing', target, goOn)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('into a folder', () => {
  const save = (id: string, folder: FakeFolder, name = 'Model') =>
    library.export(id, { kind: 'folder', folder, name }, goOn);

  it('writes each file under its name, and a record of the model', async () => {
    const { id, sha256 } = await add(filesFromDisk('A folder', FILES));
    const folder = new FakeFolder();
    await save(id, folder);
    const files = new Map(folder.files());
    expect([...files.keys()]).toEqual([...Object.keys(FILES), 'freehold.json'].map((name) => `Model/${name}`));
    for (const [name, bytes] of Object.entries(FILES))
      expect(nodeSha256(files.get(`Model/${name}`)!.bytes)).toBe(nodeSha256(bytes));
    const record = JSON.parse(new TextDecoder().decode(files.get('Model/freehold.json')!.bytes)) as unknown;
    const listed = Object.entries(FILES).map(([fileName, { length }]) => ({ fileName, byteLength: length }));
    expect(record).toMatchObject({ freehold: 1, name: 'A folder', sha256, source: null, license: null, files: listed });
  });

  it('writes files into the folders that the model has within', async () => {
    const inner = { 'config.json': noise(900), '1_Pooling/config.json': noise(300), 'model.safetensors': noise(5000) };
    const { id } = await add(filesFromDisk('A folder', inner));
    const folder = new FakeFolder();
    await save(id, folder);
    const files = new Map(folder.files());
    for (const [name, bytes] of Object.entries(inner))
      expect(nodeSha256(files.get(`Model/${name}`)!.bytes)).toBe(nodeSha256(bytes));
    expect(files.size).toBe(4);
  });

  it('writes the same model over itself, and gives another one of the name a folder of its own', async () => {
    const [first, second] = [await add(fromDisk()), await add(fromDisk(noise(900), 'other.gguf'))];
    const folder = new FakeFolder();
    folder.entries.set('Model', new FakeFile());
    for (const { id } of [first, second, first]) await save(id, folder);
    expect(folder.files().map(([path]) => path)).toEqual([
      'Model',
      'Model (2)/local.gguf',
      'Model (2)/freehold.json',
      'Model (3)/other.gguf',
      'Model (3)/freehold.json',
    ]);
  });

  it.each([800, 900, 4 * SMALL_CHUNK_BYTES, 5 * SMALL_CHUNK_BYTES + 777 + 10])(
    'leaves nothing where the disk is full after %i bytes',
    async (bytesLeft) => {
      const { id } = await add(filesFromDisk('A folder', FILES));
      const folder = new FakeFolder({ bytesLeft });
      await expect(save(id, folder)).rejects.toMatchObject({ name: 'StorageFailed' });
      expect(folder.entries.size).toBe(0);
    },
  );

  it('leaves an earlier export as it was where a later one fails', async () => {
    const { id } = await add(fromDisk());
    const folder = new FakeFolder();
    await save(id, folder);
    await alterChunk(id, 2);
    await expect(save(id, folder)).rejects.toMatchObject({ name: 'HashMismatch' });
    expect(nodeSha256(folder.files()[0]![1].bytes)).toBe(nodeSha256(BYTES));
  });
});

describe('by the browser', () => {
  it.each([
    ['one file', () => fromDisk(), { 'local.gguf': BYTES }],
    ['several files', () => filesFromDisk('A folder', FILES), FILES],
  ])('gives %s, checked, made of what is kept', async (_, source, expected) => {
    const { id } = await add(source());
    const outcome = await library.export(id, { kind: 'browser' }, goOn);
    if (outcome.kind !== 'checked') throw new Error(outcome.kind);
    const files = outcome.files.map((file) => file as File);
    expect(files.map(({ name }) => name)).toEqual(Object.keys(expected));
    for (const file of files)
      expect(nodeSha256(new Uint8Array(await file.arrayBuffer()))).toBe(
        nodeSha256(expected[file.name as keyof typeof expected]),
      );
  });

  it('gives none where a chunk is damaged, or when it is stopped', async () => {
    const { id } = await add(fromDisk());
    expect(await library.export(id, { kind: 'browser' }, () => false)).toEqual({ kind: 'stopped' });
    await alterChunk(id, 5);
    await expect(library.export(id, { kind: 'browser' }, goOn)).rejects.toMatchObject({ name: 'HashMismatch' });
  });
});

describe('taken in again', () => {
  /** What a model's folder holds, as another browser's person picks it. */
  async function exported(id: string): Promise<{ file: Blob; record: Blob }> {
    const folder = new FakeFolder();
    await library.export(id, { kind: 'folder', folder, name: 'Model' }, goOn);
    const files = folder.files().map(([, { bytes }]) => new Blob([bytes]));
    return { file: files[0]!, record: files.at(-1)! };
  }
  const fromHub = (): ModelSource => ({
    kind: 'hub',
    repository: 'owner/model',
    fileName: 'model.gguf',
    endpoint: hub.endpoint,
  });

  it('has the same hash, and the source that it had, pinned to its commit', async () => {
    const first = await add(fromHub());
    const { file, record } = await exported(first.id);
    const { source } = await requireManifest(first.id);
    await library.remove(first.id);
    const again = await add({ kind: 'file', file, fileName: 'model.gguf', record });
    expect(again).toMatchObject({
      sha256: nodeSha256(BYTES),
      origin: expect.stringContaining('owner/model') as string,
    });
    expect(Buffer.compare(await readWhole(again.id), BYTES)).toBe(0);
    const restored = (await requireManifest(again.id)).source as Extract<ModelSource, { kind: 'hub' }>;
    expect(restored.revision).toMatch(COMMIT_DIGITS);
    expect({ ...source, expected: undefined }).toEqual({ ...restored, expected: undefined });
    // What it was taken in from is gone; what is damaged comes from where it was published.
    await loseChunk(again.id, 1);
    await library.repair(again.id);
    expect(Buffer.compare(await readWhole(again.id), BYTES)).toBe(0);
  });

  it('is stored once beside the one that is here, whichever came first', async () => {
    const first = await add(fromHub());
    const { file, record } = await exported(first.id);
    expect((await add({ kind: 'file', file, fileName: 'renamed.gguf', record })).id).toBe(first.id);
    await library.remove(first.id);
    const plain = await add({ kind: 'file', file, fileName: 'renamed.gguf' });
    expect((await requireManifest(plain.id)).source).toBe(null);
    // A record speaks of a file by its name.
    await add({ kind: 'file', file, fileName: 'another.gguf', record });
    expect((await requireManifest(plain.id)).source).toBe(null);
    const known = await add({ kind: 'file', file, fileName: 'model.gguf', record });
    expect(known.id).toBe(plain.id);
    // What was known of no source has one now.
    expect((await requireManifest(plain.id)).source).toMatchObject({ repository: 'owner/model' });
    expect((await add(fromHub())).id).toBe(plain.id);
    expect(await library.list()).toHaveLength(1);
  });

  it('is refused where its bytes are not those of its record, and harms no model that is here', async () => {
    const first = await add(fromHub());
    const { record } = await exported(first.id);
    const forged = BYTES.slice();
    forged[3 * SMALL_CHUNK_BYTES]! ^= 1;
    const taking = add({ kind: 'file', file: new Blob([forged]), fileName: 'model.gguf', record });
    await expect(taking).rejects.toMatchObject({
      name: 'HashMismatch',
      message: expect.stringContaining('damaged or changed on the way') as string,
    });
    expect(await library.list()).toHaveLength(1);
    expect(Buffer.compare(await readWhole(first.id), BYTES)).toBe(0);
  });

  it('is not held to a source that its record gives for other bytes', async () => {
    const several = await add(filesFromDisk('A folder', FILES));
    const { record } = await exported(several.id);
    const text = (await record.text()).replace(
      '"source": null',
      `"source": ${JSON.stringify({ kind: 'url', url: 'https://example.org/x' })}`,
    );
    const other = { ...FILES, 'config.json': noise(901) };
    const source = { ...filesFromDisk('A folder', other), record: new Blob([text]) } as ModelSource;
    expect((await findManifest((await add(source)).id))?.source).toBe(null);
  });

  it.each(['', '{', '[]', '{"freehold":2}', '{"freehold":1,"sha256":"ab","files":[]}', '\0'])(
    'comes in as any file does beside a record like %j',
    async (text) => {
      const entry = await add({
        kind: 'file',
        file: new Blob([BYTES]),
        fileName: 'model.gguf',
        record: new Blob([text]),
      });
      expect(entry.sha256).toBe(nodeSha256(BYTES));
      expect((await requireManifest(entry.id)).source).toBe(null);
    },
  );

  it('stays as it is while it is in use', async () => {
    const first = await add(fromHub());
    const { file, record } = await exported(first.id);
    await library.remove(first.id);
    const { id } = await add({ kind: 'file', file, fileName: 'model.gguf' });
    const taking = withExclusiveLock(id, () => add({ kind: 'file', file, fileName: 'model.gguf', record }));
    await expect(taking).rejects.toMatchObject({ name: 'FileBusy' });
    expect((await requireManifest(id)).source).toBe(null);
  });
});

it('knows the same bytes under any names as one model, in several files too where their names agree', async () => {
  const { id } = await add(fromDisk());
  for (const name of ['renamed.gguf', 'model', 'x.bin']) expect((await add(fromDisk(BYTES, name))).id).toBe(id);
  expect(
    (await add({ kind: 'files', name: 'As a folder', files: [{ fileName: 'a', file: new Blob([BYTES]) }] })).id,
  ).toBe(id);
  expect(await library.list()).toHaveLength(1);
  expect(await sha256Hex(BYTES)).toBe((await library.list())[0]!.sha256);
});
