/** The command takes a file or the folder of the same model, and prints the same embedding. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { readGguf } from '../workers/format/gguf.ts';
import { Gpu } from '../workers/gpu/gpu.ts';
import { openGpu } from '../workers/gpu/open-gpu.ts';
import { bytesSource } from '../workers/source/bytes-source.ts';
import { main } from './embed.ts';
import { openNodeGpu } from './node-gpu.ts';
import { huggingFaceTwin, jsonFile } from './testing/hugging-face-twin.ts';
import { poolingFiles } from './testing/pooling-files.ts';
import { randomModel } from './testing/random-model.ts';
import { nmse } from './testing/run-kernel.ts';
import { wordPieceJson } from './testing/tokenizer-json.ts';
import { writeGguf } from './testing/write-gguf.ts';

const opened = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = opened instanceof Gpu;
if (present) opened.destroy();
else console.warn('SKIPPED: no SwiftShader here, the command was not run.');

const root = mkdtempSync(join(tmpdir(), 'embed-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function printed(...argv: string[]): Promise<unknown> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await main([...argv, '--adapter', 'SwiftShader', '--json'])).toBe(0);
  expect(log).toHaveBeenCalledTimes(1);
  const text = String(log.mock.calls[0]![0]);
  log.mockRestore();
  return JSON.parse(text);
}

describe.runIf(present)('embed', () => {
  test('prints the same of a GGUF file and of a folder', { timeout: 900_000 }, async () => {
    const sizes = { layers: 1, embedding: 64, feedForward: 96, heads: 4, kvHeads: 4, contextLength: 32 };
    const model = randomModel({ architecture: 'bert', ...sizes, type: 'F16' });
    const gguf = writeGguf(model);
    const tokenizer = jsonFile('tokenizer.json', wordPieceJson(await readGguf(bytesSource(gguf))));
    writeFileSync(join(root, 'm.gguf'), gguf);
    for (const { fileName, byteLength, read } of [...huggingFaceTwin(model), ...poolingFiles('cls'), tokenizer]) {
      const path = join(root, 'folder', fileName);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await read(0, byteLength));
    }
    const [file, folder] = [
      await printed('--model', join(root, 'm.gguf'), '--text', 'Hello, TOKENIZATION'),
      await printed('--model', join(root, 'folder'), '--text', 'Hello, TOKENIZATION'),
    ] as { model: { pooling: string }; tokens: number[]; embedding: number[] }[];
    expect(folder!.tokens).toEqual(file!.tokens);
    expect([file!.model.pooling, folder!.model.pooling, folder!.embedding.length]).toEqual(['first', 'first', 64]);
    expect(nmse(folder!.embedding, file!.embedding)).toBeLessThan(1e-11);
  });
});

test('a command without a model or a text is refused', async () => {
  await expect(main(['--text', 'a'])).rejects.toThrow('--model is missing');
  await expect(main(['--model', join(root, 'm.gguf')])).rejects.toThrow('--text is missing');
});
