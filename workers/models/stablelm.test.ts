import { expect, test } from 'vitest';
import type { MetadataValue, ModelFile } from '../format/model-file.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { type Forward, Settings } from './forward.ts';
import { stablelm } from './stablelm.ts';

/** All that the refusal looks at. */
function saying(metadata: readonly (readonly [string, MetadataValue])[], tensors: readonly string[] = []): Forward {
  const file: ModelFile = {
    container: 'gguf',
    metadata: new Map(metadata),
    tensors: new Map(),
    source: bytesSource(new Uint8Array(0)),
  };
  const weights = { has: (name: string) => tensors.includes(name) };
  return { settings: new Settings(file, 'stablelm'), weights } as unknown as Forward;
}

test.each([
  ['blocks side by side', saying([['stablelm.use_parallel_residual', true]])],
  ['norms of q and k', saying([], ['blk.0.attn_q_norm.weight'])],
])('the model of 12 billion weights is refused for its %s', (_what, forward) => {
  try {
    stablelm(forward);
    expect.unreachable();
  } catch (error) {
    expect(errorCode(error)).toBe('FileUnsupported');
    expect((error as Error).message).toMatch(/StableLM 2 1\.6B.*StableLM 2 12B/);
  }
});
