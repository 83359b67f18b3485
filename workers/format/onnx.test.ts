/** What is found and said of an ONNX export, and what is refused: by names and `config.json`; the graph is not read. */
import { describe, expect, it } from 'vitest';
import { BYTE_LEVEL } from '../../tools/testing/folder-tokenizers.ts';
import { jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { findModels } from './find-models.ts';
import { onnxGraph } from './onnx.ts';
import { readModel } from './read-model.ts';
import { summarize } from './summary.ts';

const found = (...paths: string[]) =>
  findModels(
    paths.map((path) => ({ path, bytes: 1 })),
    'm',
  ).map(({ name, choices }) => [
    name,
    ...choices.map(({ container, quantization, files, missing }) => [
      `${container} ${quantization}`,
      files.map(({ path }) => path).join(' '),
      ...missing,
    ]),
  ]);

describe('a repository with ONNX graphs', () => {
  it('is one model with a choice for each graph, and its weights go with it', () => {
    const graphs = ['onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model.onnx_data_1', 'onnx/model_q4f16.onnx'];
    expect(found('README.md', 'config.json', 'tokenizer.json', ...graphs)).toEqual([
      [
        'm',
        ['onnx q4f16', 'config.json tokenizer.json onnx/model_q4f16.onnx'],
        ['onnx fp32', 'config.json tokenizer.json onnx/model.onnx onnx/model.onnx_data onnx/model.onnx_data_1'],
      ],
    ]);
  });

  it('says what it lacks', () => {
    expect(found('config.json', 'model_q4.onnx')).toEqual([
      ['m', ['onnx q4', 'config.json model_q4.onnx', 'tokenizer.json']],
    ]);
    expect(found('config.json', 'tokenizer.json', 'onnx/model.onnx', 'onnx/model.onnx_data_1')[0]![1]).toEqual([
      'onnx fp32',
      'config.json tokenizer.json onnx/model.onnx onnx/model.onnx_data_1',
      'onnx/model.onnx_data',
    ]);
  });

  it('is a choice beside the original weights', () => {
    const [model] = found('config.json', 'tokenizer.json', 'model.safetensors', 'onnx/model_quantized.onnx');
    expect(model!.slice(1).map(([name]) => name)).toEqual(['safetensors null', 'onnx q8']);
  });

  it('has the merged decoder of older exports, and none that run only with others', () => {
    const parts = ['encoder_model', 'decoder_model', 'decoder_with_past_model', 'decoder_model_merged'];
    const files = parts.map((name) => `onnx/${name}.onnx`);
    expect(found('config.json', 'tokenizer.json', ...files)).toEqual([
      ['m', ['onnx fp32', 'config.json tokenizer.json onnx/decoder_model_merged.onnx']],
    ]);
    expect(found('config.json', 'tokenizer.json', 'onnx/vision_encoder.onnx')).toEqual([]);
    expect(found('onnx/model.onnx')).toEqual([]);
  });
});

const CONFIG = {
  model_type: 'qwen2',
  architectures: ['Qwen2ForCausalLM'],
  max_position_embeddings: 2048,
  vocab_size: 290,
};
const TOKENIZER = jsonFile('tokenizer.json', BYTE_LEVEL);
const graph = (fileName = 'onnx/model_q4.onnx'): NamedSource => ({ ...bytesSource(new Uint8Array(8)), fileName });
const described = async (config: object, ...others: NamedSource[]) =>
  summarize(await readModel([jsonFile('config.json', config), graph(), ...others]), 'Tiny');

describe('what is said of an export', () => {
  it('is what its configuration and its files say', async () => {
    const sampling = jsonFile('generation_config.json', { temperature: 0.5 });
    expect(await described(CONFIG, TOKENIZER, sampling)).toMatchObject({
      name: 'Tiny',
      architecture: 'qwen2',
      quantization: 'q4',
      parameters: 0,
      contextLength: 2048,
      sampling: { temperature: 0.5 },
      runtime: 'onnx',
      unsupported: null,
    });
  });

  it.each([
    ['makes no text', { ...CONFIG, architectures: ['BertForMaskedLM'] }, /BertForMaskedLM/],
    ['does not say how long a text may be', { ...CONFIG, max_position_embeddings: '2048' }, /how long a text/],
  ])('is that it %s', async (_, config, sentence) => {
    expect((await described(config, TOKENIZER)).unsupported).toMatch(sentence);
  });

  it('is that it has no tokenizer', async () => {
    expect((await described(CONFIG)).unsupported).toMatch(/tokenizer/);
  });
});

describe('refused are', () => {
  it.each<[string, readonly NamedSource[], string, RegExp]>([
    ['no configuration', [graph(), TOKENIZER], 'NotFound', /config\.json/],
    [
      'a broken configuration',
      [{ ...bytesSource(new TextEncoder().encode('{"a":')), fileName: 'config.json' }, graph()],
      'FileMalformed',
      /onfig\.json/,
    ],
    ['a graph of another name', [jsonFile('config.json', CONFIG), graph('onnx/encoder.onnx')], 'NotFound', /model_q4/],
    [
      'several graphs',
      [jsonFile('config.json', CONFIG), graph(), graph('onnx/model_fp16.onnx')],
      'FileUnsupported',
      /2 of them/,
    ],
  ])('%s', async (_, files, code, message) => {
    const [name, text] = await outcome(() => readModel(files));
    expect([name, text]).toEqual([code, expect.stringMatching(message)]);
  });
});

it('knows a graph by its files', () => {
  const names = ['config.json', 'onnx/model_q4.onnx_data', 'onnx/model_q4.onnx'];
  expect(onnxGraph(names.map(graph))).toEqual({
    folder: 'onnx',
    stem: 'model',
    weights: 'q4',
    paths: ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'],
  });
});
