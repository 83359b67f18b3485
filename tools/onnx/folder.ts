/** Folders as transformers.js wants them: a model's ONNX file, its sizes, its tokenizer and its chat template. */
import { readGguf } from '../../workers/format/gguf.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../testing/folder-tokenizers.ts';
import { twinConfig } from '../testing/hugging-face-twin.ts';
import { type RandomModel, randomModel, type RandomModelOptions } from '../testing/random-model.ts';
import { wordPieceJson } from '../testing/tokenizer-json.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { decoderOnnx } from './decoder.ts';
import { encoderOnnx } from './encoder.ts';

/** A folder's files by their paths in it. */
export type Folder = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Sizes differ from each other, so that a mixed-up one shows; the model's file takes 0.94 MB. */
export const TINY_DECODER = {
  layers: 2,
  embedding: 96,
  feedForward: 136,
  heads: 4,
  kvHeads: 2,
  contextLength: 256,
} as const satisfies RandomModelOptions;

/** As above; the model's file takes 0.64 MB. */
export const TINY_ENCODER = {
  architecture: 'bert',
  layers: 2,
  embedding: 96,
  feedForward: 160,
  heads: 4,
  kvHeads: 4,
  contextLength: 64,
} as const satisfies RandomModelOptions;

/** The bytes of a JSON file. */
export function json(value: unknown): Uint8Array<ArrayBuffer> {
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

/** The folder of a BERT with the weights of `model`: F32, with WordPiece's tokens. Rejects any other model. */
export async function tinyEncoder(model: RandomModel = randomModel(TINY_ENCODER)): Promise<Folder> {
  return new Map([
    ['config.json', json({ ...twinConfig(model), model_type: 'bert' })],
    ['tokenizer.json', json(wordPieceJson(await readGguf(bytesSource(writeGguf(model)))))],
    [
      'tokenizer_config.json',
      json({
        tokenizer_class: 'BertTokenizer',
        do_lower_case: true,
        model_max_length: Number(model.metadata['bert.context_length']),
        cls_token: '[CLS]',
        mask_token: '[MASK]',
        pad_token: '[PAD]',
        sep_token: '[SEP]',
        unk_token: '[UNK]',
      }),
    ],
    ['onnx/model.onnx', encoderOnnx(model)],
  ]);
}
