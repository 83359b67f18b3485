import { describe, expect, it } from 'vitest';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, withoutLowestCode } from '../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readModel } from './read-model.ts';
import { summarize } from './summary.ts';

const SIZES = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 } as const;
const F16 = randomModel({ ...SIZES, type: 'F16' });
const Q4 = withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' }));
const named = (fileName: string, bytes: Uint8Array) => ({ ...bytesSource(bytes), fileName });
const template = named('chat_template.jinja', new TextEncoder().encode('{{ messages }}'));
const TOKENIZER = [
  jsonFile('tokenizer.json', SENTENCE_PIECE),
  jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
  template,
];
const PARTS = splitGguf(F16, 2).map((bytes, index) => named(`m-0000${index + 1}-of-00002.gguf`, bytes));

describe('readModel', () => {
  it.each([
    ['one GGUF file', 'gguf', [named('m.gguf', writeGguf(F16))], 'F16'],
    ['GGUF in parts', 'gguf', PARTS, 'F16'],
    ['a Hugging Face folder', 'safetensors', [...huggingFaceTwin(F16), ...TOKENIZER], 'F16'],
    ['a Hugging Face folder in shards', 'safetensors', [...huggingFaceTwin(F16, 3), ...TOKENIZER], 'F16'],
    ['an MLC folder', 'mlc', [...mlcTwin(Q4, 'q4f16_1'), ...TOKENIZER], 'Q4_0'],
  ])('%s gives a model that the engine can run', async (_what, container, files, quantization) => {
    const file = await readModel(files);
    expect(file.container).toBe(container);
    expect(summarize(file, 'm')).toMatchObject({
      architecture: 'llama',
      quantization,
      contextLength: 1024,
      hasChatTemplate: true,
      unsupported: null,
    });
  });

  it('a folder without a tokenizer, and a part alone, say what they lack', async () => {
    expect(summarize(await readModel(huggingFaceTwin(F16)), 'm').unsupported).toMatch(/no tokenizer/);
    expect(summarize(await readModel(PARTS.slice(0, 1)), 'm').unsupported).toMatch(/one of 2 parts/);
  });

  it('a class that the engine has no forward code for is named', async () => {
    const config = {
      architectures: ['Qwen3ForCausalLM'],
      num_hidden_layers: 1,
      hidden_size: 32,
      intermediate_size: 32,
    };
    const sizes = { num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 1024, vocab_size: 509 };
    const files = [jsonFile('config.json', { ...config, ...sizes }), ...huggingFaceTwin(F16).slice(1), ...TOKENIZER];
    const file = await readModel(files);
    expect(file.metadata.get('general.architecture')).toBe('qwen3');
    expect(file.metadata.get('qwen3.embedding_length')).toBe(32);
  });

  it('no file, and files of no kind, are refused', async () => {
    const code = async (files: Parameters<typeof readModel>[0]) =>
      errorCode(await readModel(files).catch((error: unknown) => error));
    expect(await code([])).toBe('NotFound');
    expect(await code([named('a.bin', new Uint8Array(64))])).toBe('FileMalformed');
    expect(await code([named('model.safetensors', new Uint8Array(64))])).toBe('NotFound');
  });
});
