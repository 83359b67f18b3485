import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFiles } from './model-files.ts';
import { parseOptions } from './arguments.ts';

const root = mkdtempSync(join(tmpdir(), 'model-files-'));
const at = (...names: string[]) => join(root, ...names);

beforeAll(() => {
  for (const folder of ['parts', 'gap', 'folder', 'two', 'none', 'embedder', 'embedder/1_Pooling'])
    mkdirSync(at(folder));
  for (const number of [1, 2, 3]) writeFileSync(at('parts', `m-Q4_0-0000${number}-of-00003.gguf`), `part ${number}`);
  writeFileSync(at('parts', 'other.gguf'), 'other');
  writeFileSync(at('gap', 'm-00002-of-00002.gguf'), 'x');
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors', 'README.md'])
    writeFileSync(at('folder', name), name);
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors', 'modules.json', '1_Pooling/config.json'])
    writeFileSync(at('embedder', name), name);
  for (const name of ['a.gguf', 'b.gguf']) writeFileSync(at('two', name), name);
  writeFileSync(at('none', 'letter.txt'), 'Hello');
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

async function contents(...paths: string[]): Promise<unknown> {
  const { name, bytes, close } = await openModelFiles(paths);
  const text = async (source: { byteLength: number; read(offset: number, length: number): Promise<Uint8Array> }) =>
    new TextDecoder().decode(await source.read(0, source.byteLength));
  const read = 'read' in bytes ? await text(bytes) : await Promise.all(bytes.map(text));
  await close();
  return [name, read];
}

describe('openModelFiles', () => {
  it('takes one file, whatever its name', async () => {
    expect(await contents(at('none', 'letter.txt'))).toEqual(['letter.txt', 'Hello']);
  });

  it('takes all parts for one of them, or those that are given', async () => {
    const parts = [1, 2, 3].map((number) => at('parts', `m-Q4_0-0000${number}-of-00003.gguf`));
    const whole = ['m', ['part 1', 'part 2', 'part 3']];
    expect(await contents(parts[1]!)).toEqual(whole);
    expect(await contents(...parts.toReversed())).toEqual(whole);
    await expect(contents(parts[0]!, parts[2]!)).rejects.toThrow('lacks m-Q4_0-00002-of-00003.gguf');
  });

  it('takes the one model of a folder, and leaves the rest', async () => {
    expect(await contents(at('folder'))).toEqual(['folder', ['config.json', 'tokenizer.json', 'model.safetensors']]);
  });

  it('keeps the folders within a model in its files’ names', async () => {
    const { bytes, close } = await openModelFiles([at('embedder')]);
    const names = 'read' in bytes ? [] : bytes.map(({ fileName }) => fileName);
    await close();
    expect(names).toEqual([
      'config.json',
      'tokenizer.json',
      'modules.json',
      '1_Pooling/config.json',
      'model.safetensors',
    ]);
  });

  it.each([
    ['gap', 'lacks m-00001-of-00002.gguf'],
    ['two', /2 models .*a\.gguf, .*b\.gguf/],
    ['none', 'no model in'],
    ['absent', 'could not be opened'],
  ])('says what is wrong with the folder "%s"', async (folder, message) => {
    await expect(openModelFiles([at(folder)])).rejects.toThrow(message);
  });
});

it('an option may take several values, up to the next option', () => {
  const options = parseOptions(['--model', 'a', 'b', '--json'], { model: 'values', json: 'switch' });
  expect([options.several('model'), options.text('model'), options.has('json')]).toEqual([['a', 'b'], 'a', true]);
  expect(() => parseOptions(['--json', 'b'], { json: 'switch' })).toThrow('unknown option "b"');
  expect(() => parseOptions([], { model: 'values' }).several('model')).toThrow('--model is missing');
});
