/** What a folder's files say of pooling, and what they may not say. */
import { describe, expect, it } from 'vitest';
import { huggingFaceTwin, jsonFile, twinConfig, twinTensors } from '../../tools/testing/hugging-face-twin.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import { modulesFile, poolingFiles } from '../../tools/testing/pooling-files.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { writeSafetensors } from '../../tools/testing/write-safetensors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { poolingOf, writesText } from './embedding-model.ts';
import { readModel } from './read-model.ts';
import { readPooling } from './sentence-transformers.ts';
import { summarize } from './summary.ts';

const CONFIG = '1_Pooling/config.json';
const SIZES = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 } as const;
const QWEN3 = randomModel({ ...SIZES, architecture: 'qwen3' });
const text = (fileName: string, content: string): NamedSource => ({
  ...bytesSource(new TextEncoder().encode(content)),
  fileName,
});
const huge = (fileName: string): NamedSource => ({ ...sparseSource(2 ** 40, []), fileName });
const normalize = { path: '2_Normalize', type: 'sentence_transformers.models.Normalize' };

describe('pooling', () => {
  it.each([
    ['cls', 'first'],
    ['mean', 'mean'],
    ['lasttoken', 'last'],
  ] as const)('%s is that of %s', async (mode, pooling) => {
    expect(await readPooling(poolingFiles(mode))).toBe(pooling);
    expect(await readPooling([modulesFile(), jsonFile(CONFIG, { pooling_mode: mode })])).toBe(pooling);
  });

  it('is none where nothing speaks of modules', async () => {
    expect(await readPooling([jsonFile(CONFIG, {}), jsonFile('config.json', {})])).toBeNull();
  });

  it('is found in whatever folder the model lies, and under the names that the package has had', async () => {
    const moved = modulesFile({ ...normalize, type: 'sentence_transformers.base.modules.Normalize' });
    const [, config] = poolingFiles('mean');
    const inside = [moved, config!].map((file) => ({ ...file, fileName: `a/model/${file.fileName}` }));
    expect(await readPooling([...inside, { ...jsonFile('config.json', {}), fileName: 'a/model/config.json' }])).toBe(
      'mean',
    );
  });

  const dense = { path: '2_Dense', type: 'sentence_transformers.models.Dense' };
  const own = { path: '', type: 'custom_st.Transformer' };
  const config = (fields: Record<string, unknown>) => [modulesFile(), jsonFile(CONFIG, fields)];
  it.each<readonly [string, NamedSource[], ErrorCode, RegExp]>([
    ['a dense layer', [modulesFile(dense)], 'FileUnsupported', /expected.*Normalize, got "sentence_.*Dense".*GGUF/],
    ['code of its own', [jsonFile('modules.json', [own])], 'FileUnsupported', /got "custom_st\.Transformer"/],
    ['no pooling', [jsonFile('modules.json', [])], 'FileUnsupported', /Transformer, Pooling.*got none/],
    ['another order', [modulesFile(normalize, normalize)], 'FileUnsupported', /got Transformer, Pooling, Normalize, N/],
    ['no file of it', [modulesFile()], 'NotFound', /"1_Pooling\/config\.json" is missing.*whole folder/],
    ['the maximum', poolingFiles('max'), 'FileUnsupported', /expected one of cls, mean.*got "max"/],
    ['two at once', poolingFiles('cls', { pooling_mode_mean_tokens: true }), 'FileUnsupported', /"cls" and "mean"/],
    ['none at all', config({}), 'FileUnsupported', /got none/],
    ['a new kind', config({ pooling_mode: 'attention' }), 'FileUnsupported', /got "attention"/],
    ['no prompt', poolingFiles('mean', { include_prompt: false }), 'FileUnsupported', /leaves the prompt out/],
    [
      'a number for a switch',
      poolingFiles('cls', { pooling_mode_max_tokens: 0 }),
      'FileMalformed',
      /max_tokens.*got 0/,
    ],
    ['a number for a kind', config({ pooling_mode: 2 }), 'FileMalformed', /"pooling_mode" in 1_Pool.*text, got 2/],
    ['a list in its file', [modulesFile(), jsonFile(CONFIG, [])], 'FileMalformed', /expected an object/],
    ['half a file', [modulesFile(), text(CONFIG, '{"pool')], 'FileMalformed', /not sound JSON/],
    ['no end', [modulesFile(), huge(CONFIG)], 'FileMalformed', /too long/],
    ['an object of modules', [jsonFile('modules.json', {})], 'FileMalformed', /modules\.json.*an array, got an object/],
    ['a module that is none', [jsonFile('modules.json', [7])], 'FileMalformed', /A module.*an object, got 7/],
    ['a nameless module', [jsonFile('modules.json', [{ path: '' }])], 'FileMalformed', /"type".*got nothing/],
    ['a module that lies nowhere', [jsonFile('modules.json', [{ type: normalize.type }])], 'FileMalformed', /"path"/],
    ['half a list', [text('modules.json', '[{')], 'FileMalformed', /not sound JSON/],
    ['an endless list', [huge('modules.json')], 'FileMalformed', /too long/],
  ])('with %s is refused', async (_what, files, code, message) => {
    expect(await outcome(() => readPooling(files))).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('a chat model’s class', () => {
  const bare = twinTensors(QWEN3)
    .filter(({ name }) => name !== 'lm_head.weight')
    .map((tensor) => ({ ...tensor, name: tensor.name.replace(/^model\./, '') }));
  const weights = { ...bytesSource(writeSafetensors(bare)), fileName: 'model.safetensors' };
  const configFile = jsonFile('config.json', { ...twinConfig(QWEN3), tie_word_embeddings: false });

  it('makes embeddings where modules follow it, published without what makes logits', async () => {
    const file = await readModel([configFile, ...poolingFiles('lasttoken'), weights]);
    expect(poolingOf(file, 'qwen3')).toBe('last');
    expect([...file.tensors.keys()].sort()).toEqual(
      QWEN3.tensors
        .map(({ name }) => name)
        .filter((name) => name !== 'output.weight')
        .sort(),
    );
    expect(summarize(file, 'm').unsupported).toMatch(/no tokenizer/);
    const tokenizer = jsonFile('tokenizer.json', { model: { type: 'BPE' } });
    const { unsupported } = summarize(await readModel([configFile, ...poolingFiles('mean'), weights, tokenizer]), 'm');
    expect(unsupported).toMatch(/makes embeddings.*cannot chat/);
  });

  it('writes where none do, and then needs what makes logits', async () => {
    const file = await readModel(huggingFaceTwin(QWEN3));
    expect([poolingOf(file, 'qwen3'), writesText(file, 'qwen3')]).toEqual([null, true]);
    expect(file.tensors.has('output.weight')).toBe(true);
    expect(await outcome(() => readModel([configFile, weights]))).toEqual([
      'TensorMissing',
      expect.stringMatching(/output\.weight/),
    ]);
  });

  it('does not take the settings of pooling for those of the model', async () => {
    expect(await outcome(() => readModel([...poolingFiles('mean'), weights]))).toEqual([
      'NotFound',
      expect.stringMatching(/The file config\.json is missing/),
    ]);
  });
});
