import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sharedFile } from './testing/shared-data.ts';
import { main, splitTexts } from './tokenize.ts';

describe('splitTexts', () => {
  it.each<[string, string | undefined, string[]]>([
    ['a\nb', undefined, ['a\nb']],
    ['', undefined, ['']],
    ['a\n--\nb\n--\n', '--', ['a', 'b']],
    ['a\n--\n\n--\n\n\n--\n', '--', ['a', '', '\n']],
    ['a\n--\nb\n', '--', ['a', 'b\n']],
    ['a --\nb', '--', ['a --\nb']],
  ])('%j at %j', (input, separator, texts) => {
    expect(splitTexts(input, separator)).toEqual(texts);
  });
});

describe('tokenize', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  async function run(argv: string[]): Promise<string> {
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    expect(await main(argv)).toBe(0);
    return written.join('');
  }

  const model = sharedFile('vocab/llama-spm.gguf');
  const input = sharedFile('vocab/cases.inp');

  it.skipIf(model === null || input === null)('prints an id array per text of a vocabulary-only file', async () => {
    const printed = await run(['--model', model!, '--input', input!, '--separator', '__ggml_vocab_test__']);
    const expected = (await readFile(sharedFile('vocab/llama-spm.out')!, 'utf8')).replace(/\n$/, '').split('\n');
    const lines = (JSON.parse(printed) as number[][]).map((ids) => ids.join(' '));
    expect(lines).toEqual(expected.map((line) => line.trim()));
  });

  it.skipIf(model === null)('takes the whole file as one text without a separator', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'freehold-'));
    const path = join(folder, 'text');
    await writeFile(path, 'Hello world\n');
    expect(JSON.parse(await run(['--model', model!, '--input', path]))).toEqual([[15043, 3186, 13]]);
    await rm(folder, { recursive: true });
  });

  it.skipIf(model === null)('measures a long text', async () => {
    const measured = JSON.parse(await run(['--model', model!, '--bench'])) as Record<string, number>;
    expect(measured['characters']).toBeGreaterThanOrEqual(100_000);
    expect(measured['tokens']).toBeGreaterThan(20_000);
    expect(measured['tokens']).toBeLessThan(measured['characters']!);
    expect(measured['elapsedMs']).toBeGreaterThan(0);
    expect(measured['cpuMs']).toBeGreaterThan(0);
  });

  it('says what is missing', async () => {
    await expect(main([])).rejects.toThrow(/option --model is missing\. Usage:/);
    await expect(main(['--model', '/no/such/file', '--input', 'x'])).rejects.toThrow(/could not be opened/);
  });
});
