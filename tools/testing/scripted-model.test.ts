import { describe, expect, it } from 'vitest';
import { scriptedModel } from './scripted-model.ts';

const model = (script: readonly string[]) =>
  scriptedModel({ name: 'S', script, userDefined: ['<think>'], template: 'T' });

describe('a scripted model', () => {
  it('makes each token of its script lead to the next', () => {
    const { metadata, tensors } = model(['<|assistant|>', '<think>', 'word']);
    const tokens = metadata['tokenizer.ggml.tokens'] as readonly string[];
    const values = (name: string): Float32Array =>
      new Float32Array(tensors.find((tensor) => tensor.name === name)!.bytes.slice().buffer);
    const embedding = values('token_embd.weight');
    const output = values('output.weight');
    const next = (token: string): string | undefined => {
      const row = embedding.subarray(tokens.indexOf(token) * 512, (tokens.indexOf(token) + 1) * 512);
      const logits = tokens.map((_, id) => row.reduce((sum, value, at) => sum + value * output[id * 512 + at]!, 0));
      const best = Math.max(...logits);
      return best === 0 ? undefined : tokens[logits.indexOf(best)];
    };
    expect([next('<|assistant|>'), next('<think>'), next('word')]).toEqual(['<think>', 'word', undefined]);
    expect(values('blk.0.ffn_down.weight').every((weight) => weight === 0)).toBe(true);
  });

  it('says no token twice, and not too many', () => {
    expect(() => model(['a', 'b', 'a'])).toThrow('twice');
    expect(() => model(Array.from({ length: 513 }, (_, index) => `w${index}`))).toThrow('fewer than 512');
  });
});
