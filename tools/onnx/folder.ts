/** Folders as transformers.js wants them: a model's ONNX file, its sizes, its tokenizer and its chat template. */
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../testing/folder-tokenizers.ts';
import { twinConfig } from '../testing/hugging-face-twin.ts';
import { type RandomModel, randomModel, type RandomModelOptions } from '../testing/random-model.ts';
import { decoderOnnx } from './decoder.ts';

/** A folder's files by their paths in it. */
export type Folder = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Differ from each other, so that a mixed-up size shows; weights take 0.8 MB. */
export const TINY_DECODER = {
  layers: 2,
  embedding: 96,
  feedForward: 136,
  heads: 4,
  kvHeads: 2,
  contextLength: 256,
} as const satisfies RandomModelOptions;

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The folder of a Llama with the weights of `model`: F32, with SentencePiece's tokens. Throws for any other model. */
export function tinyDecoder(model: RandomModel = randomModel(TINY_DECODER)): Folder {
  const value = (key: string): number => Number(model.metadata[`tokenizer.ggml.${key}_token_id`]);
  const special = { bos_token_id: value('bos'), eos_token_id: [value('eos'), value('eot')] };
  return new Map([
    ['config.json', json({ ...twinConfig(model), ...special, torch_dtype: 'float32' })],
    ['generation_config.json', json({ ...special, pad_token_id: value('eos') })],
    ['tokenizer.json', json(SENTENCE_PIECE)],
    [
      'tokenizer_config.json',
      json({
        ...SENTENCE_PIECE_CONFIG,
        tokenizer_class: 'PreTrainedTokenizerFast',
        pad_token: '</s>',
        model_max_length: 256,
        clean_up_tokenization_spaces: false,
        // A GGUF file's reader puts this token before every text; a folder's template writes it.
        chat_template: `{{ bos_token }}${String(model.metadata['tokenizer.chat_template'])}`,
      }),
    ],
    ['onnx/model.onnx', decoderOnnx(model)],
  ]);
}
