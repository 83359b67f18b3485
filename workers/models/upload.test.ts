/** The order in which a load reads its file. What it makes of the bytes is held by the engine's tests. */
import { afterAll, expect, test, vi } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { NativeEngine } from '../engines/native.ts';
import { readGguf } from '../format/gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { bytesSource } from '../source/bytes-source.ts';

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no model was loaded.');
afterAll(() => {
  if (present) gpu.destroy();
});

test.runIf(present)('weights are read from front to back, each byte once', { timeout: 240_000 }, async () => {
  const bytes = writeGguf(
    randomModel({ layers: 2, embedding: 96, feedForward: 160, heads: 4, kvHeads: 2, type: 'F16' }),
  );
  const tensors = [...(await readGguf(bytesSource(bytes))).tensors.values()];
  const first = Math.min(...tensors.map(({ byteOffset }) => byteOffset));
  const source = bytesSource(bytes);
  const read = vi.spyOn(source, 'read');
  const engine = await NativeEngine.load(gpu as Gpu, source, 'random.gguf', {
    variant: { real: 'f32', reduction: 'thread' },
  });
  engine.dispose();
  const reads = read.mock.calls.filter(([offset]) => offset >= first);
  let end = first;
  for (const [offset, length] of reads) {
    expect(offset).toBeGreaterThanOrEqual(end);
    end = offset + length;
  }
  expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBe(
    tensors.reduce((sum, { byteLength }) => sum + byteLength, 0),
  );
});
