/** What transformers.js is given of a model's files: these, by exact name, and nothing else. */
import { expect, it } from 'vitest';
import { noise } from '../../../tools/testing/library-case.ts';
import { bytesSource } from '../../source/bytes-source.ts';
import { MODEL_ID, storedFiles } from './stored-files.ts';

const GRAPH = noise(17 * 2 ** 20);
const CONFIG = noise(10);
const FILES = [
  { ...bytesSource(CONFIG), fileName: 'config.json' },
  { ...bytesSource(GRAPH), fileName: 'onnx/model_q4.onnx' },
];
const open = (onRead: (bytes: number) => void = () => undefined, signal = new AbortController().signal) =>
  storedFiles(FILES, onRead, signal);

it('gives a file as it is, in pieces, and tells how much was read in all', async () => {
  const read: number[] = [];
  const files = open((bytes) => read.push(bytes));
  const config = await files.match(`/models/${MODEL_ID}/config.json`);
  expect(new Uint8Array(await config!.arrayBuffer())).toEqual(CONFIG);
  const graph = await files.match(`/models/${MODEL_ID}/onnx/model_q4.onnx`);
  expect(graph!.headers.get('Content-Length')).toBe(String(GRAPH.byteLength));
  expect(Buffer.compare(new Uint8Array(await graph!.arrayBuffer()), GRAPH)).toBe(0);
  expect(read).toEqual([10, 10 + 16 * 2 ** 20, 10 + 17 * 2 ** 20]);
});

it.each([
  `/models/${MODEL_ID}/generation_config.json`,
  `/models/${MODEL_ID}/onnx/../config.json`,
  `/models/${MODEL_ID}/model_q4.onnx`,
  'https://example.com/config.json',
  '/models/another/config.json',
])('knows no %s', async (address) => {
  expect(await open().match(address)).toBeUndefined();
});

it('ends in the middle of a file', async () => {
  const controller = new AbortController();
  const files = open(() => {
    controller.abort(new Error('enough'));
  }, controller.signal);
  const graph = await files.match(`/models/${MODEL_ID}/onnx/model_q4.onnx`);
  await expect(graph!.arrayBuffer()).rejects.toThrow('enough');
});
