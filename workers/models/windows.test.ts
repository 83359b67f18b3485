import { expect, test } from 'vitest';
import type { MetadataValue, ModelFile } from '../format/model-file.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { Settings } from './forward.ts';
import type { ModelShape } from './shape.ts';
import { listedLocal, localLayers } from './windows.ts';

/** What a file of so many layers says under `sliding_window_pattern`. */
function saying(layers: number, value?: MetadataValue) {
  const metadata = new Map<string, MetadataValue>();
  if (value !== undefined) metadata.set('some.attention.sliding_window_pattern', value);
  const file: ModelFile = { container: 'gguf', metadata, tensors: new Map(), source: bytesSource(new Uint8Array(0)) };
  return { settings: new Settings(file, 'some'), shape: { layers } as ModelShape };
}

function pattern(layers: number, value: MetadataValue | undefined, usualPeriod: number): string {
  const isLocal = localLayers(saying(layers, value), usualPeriod);
  return Array.from({ length: layers }, (_, index) => (isLocal({ index }) ? 'l' : 'G')).join('');
}

test('all but the last of each run of layers are local', () => {
  expect(pattern(5, undefined, 2)).toBe('lGlGl');
  expect(pattern(13, undefined, 6)).toBe('lllllGlllllGl');
  expect(pattern(3, undefined, 1)).toBe('GGG');
  expect(pattern(5, 3, 2)).toBe('llGll');
});

test('a list of the file says it of each layer', () => {
  expect(pattern(4, [true, true, false, true], 2)).toBe('llGl');
  expect(pattern(3, [0, 1, 0], 2)).toBe('GlG');
  expect(listedLocal(saying(2, [false, true]))).toEqual([false, true]);
  expect(listedLocal(saying(2, 3))).toBeNull();
  expect(listedLocal(saying(2))).toBeNull();
});

test.each([
  ['for too few layers', [true]],
  ['for too many layers', [true, false, true]],
  ['of numbers', [1, 2]],
  ['of text', ['local', 'global']],
])('a list %s is malformed', (_, value) => {
  expect(() => pattern(2, value, 2)).toThrow(expect.objectContaining({ name: 'FileMalformed' }));
});
