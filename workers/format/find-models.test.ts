import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedFile } from '../protocol/found.ts';
import { findModels } from './find-models.ts';

/** Files of 1, 2, 4 … bytes, so that a sum says which files are in it. */
const listed = (...paths: string[]): ListedFile[] => paths.map((path, index) => ({ path, bytes: 2 ** index }));
/** What is found, short: name → choices as container, quantization, bytes and what is missing. */
const found = (...paths: string[]) =>
  findModels(listed(...paths)).map(({ name, choices }) => [
    name,
    ...choices.map(({ container, quantization, bytes, missing }) => [container, quantization, bytes, ...missing]),
  ]);

describe('GGUF', () => {
  it('a file is a model, its quantization a choice', () => {
    expect(found('Tiny-1B-Q4_K_M.gguf')).toEqual([['Tiny-1B', ['gguf', 'Q4_K_M', 1]]]);
    expect(found('ember.gguf')).toEqual([['ember', ['gguf', null, 1]]]);
  });

  it('has a name, whatever its file is called', () => {
    expect(found('.gguf', 'a/.gguf')).toEqual([
      ['.gguf', ['gguf', null, 1]],
      ['.gguf', ['gguf', null, 2]],
    ]);
  });

  it('has no name that turns the text around it', () => {
    expect(found('a\u202eb.gguf')).toEqual([['a\ufffdb', ['gguf', null, 1]]]);
  });

  it('quantizations of one model are its choices, smallest first; another model is another', () => {
    expect(found('a/M-7B.Q8_0.gguf', 'a/m-7b.Q4_0.gguf', 'a/N-1B-f16.gguf', 'README.md')).toEqual([
      ['M-7B', ['gguf', 'Q8_0', 1], ['gguf', 'Q4_0', 2]],
      ['N-1B', ['gguf', 'F16', 4]],
    ]);
  });

  it.each([
    'Q2_K',
    'Q3_K_S',
    'Q3_K_M',
    'Q3_K_L',
    'Q4_0',
    'Q4_1',
    'Q4_K_S',
    'Q4_K_M',
    'Q4_K_L',
    'Q5_0',
    'Q5_1',
    'Q5_K_S',
    'Q5_K_M',
    'Q6_K',
    'Q6_K_L',
    'Q8_0',
    'IQ1_S',
    'IQ1_M',
    'IQ2_XXS',
    'IQ2_XS',
    'IQ2_S',
    'IQ2_M',
    'IQ3_XXS',
    'IQ3_XS',
    'IQ3_S',
    'IQ4_XS',
    'IQ4_NL',
    'Q4_0_4_4',
    'Q4_0_8_8',
    'TQ1_0',
    'TQ2_0',
    'MXFP4',
    'BF16',
    'F16',
    'F32',
    'FP16',
    'UD-Q4_K_XL',
    'UD-IQ1_M',
  ])('knows %s, in any case', (quantization) => {
    expect(found(`M-${quantization}.gguf`, `M.${quantization.toLowerCase()}.gguf`)).toEqual([
      ['M', ['gguf', quantization, 1], ['gguf', quantization, 2]],
    ]);
  });

  it('takes no part of a name for a quantization that only looks like one', () => {
    expect(
      found('Q4-writer.gguf', 'model-v0.1.gguf', 'F16x.gguf', 'xQ4_0.gguf').flatMap(([, ...choices]) =>
        choices.map((choice) => choice[1]),
      ),
    ).toEqual([null, null, null, null]);
  });

  it('parts are one choice, in the order of their numbers', () => {
    const files = listed(
      'M-Q4_0-00002-of-00003.gguf',
      'M-Q4_0-00001-of-00003.gguf',
      'M-Q4_0-00003-of-00003.gguf',
      'M-Q2_K.gguf',
    );
    const [model] = findModels(files);
    expect(model!.choices.map(({ bytes, missing }) => [bytes, missing])).toEqual([
      [7, []],
      [8, []],
    ]);
    expect(model!.choices[0]!.files.map(({ path }) => path)).toEqual(
      [1, 2, 3].map((part) => `M-Q4_0-0000${part}-of-00003.gguf`),
    );
  });

  it('parts that are missing are named', () => {
    expect(found('d/M-Q4_0-00002-of-00003.gguf')).toEqual([
      ['M', ['gguf', 'Q4_0', 1, 'd/M-Q4_0-00001-of-00003.gguf', 'd/M-Q4_0-00003-of-00003.gguf']],
    ]);
  });

  it('parts of different counts are different choices', () => {
    expect(found('M-Q4_0-00001-of-00001.gguf', 'M-Q4_0-00001-of-00002.gguf', 'M-Q4_0-00002-of-00002.gguf')).toEqual([
      ['M', ['gguf', 'Q4_0', 1], ['gguf', 'Q4_0', 6]],
    ]);
  });

  it('folders named after their quantization are choices of one model', () => {
    expect(
      found('M-Q2_K/M-Q2_K-00001-of-00001.gguf', 'Q8_0/M-Q8_0.gguf', 'M-Q4_K_M.gguf', 'other/M-Q4_0.gguf'),
    ).toEqual([
      ['M', ['gguf', 'Q2_K', 1], ['gguf', 'Q8_0', 2], ['gguf', 'Q4_K_M', 4]],
      ['M', ['gguf', 'Q4_0', 8]],
    ]);
  });

  it.each([
    'mmproj-model-f16.gguf',
    'M-mmproj.gguf',
    'imatrix.gguf',
    'M-lora-f16.gguf',
    'ggml-vocab-gpt2.gguf',
    'M.gguf.part',
    'gguf',
  ])('%s is no model', (path) => {
    expect(found(path)).toEqual([]);
  });
});

describe('safetensors', () => {
  it('a folder is a model, with the files that it uses', () => {
    const files = listed(
      'x/M/config.json',
      'x/M/model.safetensors',
      'x/M/tokenizer.json',
      'x/M/README.md',
      'x/M/pytorch_model.bin',
      'x/M/generation_config.json',
    );
    const [model] = findModels(files);
    expect(model!.name).toBe('M');
    expect(model!.choices[0]!.files.map(({ path }) => path)).toEqual([
      'x/M/config.json',
      'x/M/generation_config.json',
      'x/M/tokenizer.json',
      'x/M/model.safetensors',
    ]);
    expect(model!.choices[0]).toMatchObject({
      container: 'safetensors',
      quantization: null,
      bytes: 1 + 2 + 4 + 32,
      missing: [],
    });
  });

  it.each(['', 'x/M/'])('one that makes embeddings comes with what says how it pools, in "%s"', (folder) => {
    const inside = ['1_Pooling/config.json', 'config.json', 'model.safetensors', 'modules.json', 'tokenizer.json'];
    const others = ['2_Normalize/config.json', 'onnx/config.json', 'config_sentence_transformers.json'];
    const files = listed(...[...inside, ...others].map((path) => `${folder}${path}`), 'y/1_Pooling/config.json');
    const [model, ...more] = findModels(files, 'M');
    expect([model!.name, more]).toEqual(['M', []]);
    expect(model!.choices[0]).toMatchObject({ container: 'safetensors', missing: [] });
    expect(model!.choices[0]!.files.map(({ path }) => path)).toEqual(
      ['config.json', 'tokenizer.json', 'modules.json', '1_Pooling/config.json', 'model.safetensors'].map(
        (name) => `${folder}${name}`,
      ),
    );
    const chat = files.filter(({ path }) => !path.endsWith('modules.json'));
    expect(findModels(chat, 'M')[0]!.choices[0]!.files).toHaveLength(3);
  });

  it('shards come with their index; what is missing is named', () => {
    const shards = ['model-00001-of-00003.safetensors', 'model-00003-of-00003.safetensors'];
    expect(found('config.json', 'tokenizer.json', 'model.safetensors.index.json', ...shards)).toEqual([
      ['model', ['safetensors', null, 31, 'model-00002-of-00003.safetensors']],
    ]);
    expect(found(...shards.map((name) => `d/${name}`))).toEqual([
      [
        'd',
        [
          'safetensors',
          null,
          3,
          'd/config.json',
          'd/tokenizer.json',
          'd/model.safetensors.index.json',
          'd/model-00002-of-00003.safetensors',
        ],
      ],
    ]);
    expect(found('config.json', 'tokenizer.json', 'model.safetensors.index.json')).toEqual([
      ['model', ['safetensors', null, 7, 'model-00001-of-?????.safetensors']],
    ]);
  });

  it('one file is preferred to shards, and an adapter is no model', () => {
    expect(found('config.json', 'tokenizer.json', 'model.safetensors', 'model-00001-of-00001.safetensors')).toEqual([
      ['model', ['safetensors', null, 7]],
    ]);
    expect(found('adapter_model.safetensors', 'adapter_config.json')).toEqual([]);
    expect(found('config.json', 'tokenizer.json')).toEqual([]);
  });
});

describe('MLC', () => {
  const FOLDER = [
    'mlc-chat-config.json',
    'tensor-cache.json',
    'tokenizer.json',
    'params_shard_0.bin',
    'params_shard_1.bin',
  ];

  it('a folder is a model, its quantization in its name, its shards by number', () => {
    const paths = [...FOLDER, 'params_shard_10.bin', 'ndarray-cache.json'].map(
      (name) => `Qwen-0.5B-q4f16_1-MLC/${name}`,
    );
    const [model] = findModels(listed(...paths));
    expect(model!.name).toBe('Qwen-0.5B-q4f16_1-MLC');
    const [choice] = model!.choices;
    expect(choice).toMatchObject({ container: 'mlc', quantization: 'q4f16_1', bytes: 63 });
    expect(choice!.files.slice(-3).map(({ path }) => path.split('/')[1])).toEqual([
      'params_shard_0.bin',
      'params_shard_1.bin',
      'params_shard_10.bin',
    ]);
    expect(choice!.missing).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9].map((number) => `Qwen-0.5B-q4f16_1-MLC/params_shard_${number}.bin`),
    );
  });

  it('takes the older name of the list, and names what is missing', () => {
    expect(found('mlc-chat-config.json', 'ndarray-cache.json', 'params_shard_0.bin')).toEqual([
      ['model', ['mlc', null, 7]],
    ]);
    expect(found('mlc-chat-config.json')).toEqual([
      ['model', ['mlc', null, 1, 'tensor-cache.json', 'params_shard_0.bin']],
    ]);
    expect(found('tensor-cache.json', 'params_shard_0.bin')).toEqual([
      ['model', ['mlc', null, 3, 'mlc-chat-config.json']],
    ]);
    expect(found('params_shard_0.bin')).toEqual([]);
  });
});

describe('whatever the list', () => {
  it('several kinds in one list are several models', () => {
    expect(
      found('a/model.safetensors', 'a/config.json', 'a/tokenizer.json', 'b/M-Q4_0.gguf').map(([name]) => name),
    ).toEqual(['a', 'M']);
    expect(found()).toEqual([]);
  });

  it('order and repetition change nothing, and each file is in one choice at most', () => {
    const NAMES = [
      'M-Q4_0.gguf',
      'M-Q8_0-00001-of-00002.gguf',
      'M-Q8_0-00002-of-00002.gguf',
      'config.json',
      'tokenizer.json',
      'model.safetensors',
      'params_shard_0.bin',
      'mlc-chat-config.json',
      'N.gguf',
      '-Q4_0.gguf',
      '__proto__',
    ];
    const path = fc
      .tuple(fc.constantFrom('', 'a/', 'a/b/', 'Q4_0/', '__proto__/'), fc.constantFrom(...NAMES))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), fc.nat(), (paths, seed) => {
        const files = listed(...paths);
        const turned = [
          ...files.slice(seed % (files.length || 1)),
          ...files.slice(0, seed % (files.length || 1)),
          ...files.slice(0, 2),
        ];
        const models = findModels(files);
        expect(findModels(turned)).toEqual(models);
        const used = models.flatMap(({ choices }) => choices.flatMap((choice) => choice.files));
        expect(new Set(used).size).toBe(used.length);
        for (const { choices } of models)
          for (const { files: own, missing } of choices)
            expect(own.some((file) => missing.includes(file.path))).toBe(false);
      }),
    );
  });
});
