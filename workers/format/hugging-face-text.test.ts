import { describe, expect, it } from 'vitest';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { errorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readTextFiles } from './hugging-face-text.ts';
import { readModel } from './read-model.ts';
import { summarize } from './summary.ts';

const textFile = (fileName: string, text: string): NamedSource => ({
  ...bytesSource(new TextEncoder().encode(text)),
  fileName,
});
const JINJA = textFile('chat_template.jinja', 'from the file');
const TOKENIZER = jsonFile('tokenizer.json', { model: { type: 'BPE' } });
const config = (value: unknown): NamedSource => jsonFile('tokenizer_config.json', value);
const generation = (value: unknown): NamedSource => jsonFile('generation_config.json', value);

describe('the chat template', () => {
  const named = (...names: string[]) => names.map((name) => ({ name, template: `of ${name}` }));
  it.each<[string, NamedSource[], string | undefined]>([
    ['is nowhere', [config({ chat_template: null })], undefined],
    ['is in the configuration', [config({ chat_template: 'inside' })], 'inside'],
    ['has a file of its own', [JINJA], 'from the file'],
    ['is rather the file than in the configuration', [config({ chat_template: 'inside' }), JINJA], 'from the file'],
    ['is the one called "default" of several', [config({ chat_template: named('rag', 'default') })], 'of default'],
    ['is the first where none is called so', [config({ chat_template: named('rag', 'tool_use') })], 'of rag'],
    ['is none of none', [config({ chat_template: [] })], undefined],
  ])('%s', async (_where, files, expected) => {
    const { metadata } = await readTextFiles(files);
    expect(metadata.get('tokenizer.chat_template')).toBe(expected);
  });
});

describe('generation_config.json', () => {
  it('recommends how to sample, where GGUF does', async () => {
    const values = { temperature: 0.6, top_k: 20, top_p: 0.95, min_p: 0, repetition_penalty: 1.05, do_sample: true };
    const folder = huggingFaceTwin(randomModel({ layers: 1, embedding: 32, feedForward: 32 }));
    const summary = summarize(await readModel([...folder, generation(values)]), 'm');
    expect(summary.sampling).toEqual({ temperature: 0.6, topK: 20, topP: 0.95, minP: 0, repetitionPenalty: 1.05 });
    const { metadata } = await readTextFiles([generation({ temperature: null, eos_token_id: 2 })]);
    expect([...metadata]).toEqual([]);
  });

  it.each<[string, NamedSource[], number[]]>([
    ['nobody', [config({ eos_token: '</s>' })], []],
    ['one id', [generation({ eos_token_id: 2 })], [2]],
    ['a list', [generation({ eos_token_id: [128001, 128008] })], [128001, 128008]],
    ['config.json', [jsonFile('config.json', { eos_token_id: [3, 4] })], [3, 4]],
    ['both, of which it counts', [jsonFile('config.json', { eos_token_id: 7 }), generation({ eos_token_id: 2 })], [2]],
    ['mlc-chat-config.json', [jsonFile('mlc-chat-config.json', { eos_token_id: [5] })], [5]],
  ])('ends of an answer are named by %s', async (_who, files, ids) => {
    const { tokenizerFiles } = await readTextFiles([TOKENIZER, ...files]);
    expect(tokenizerFiles?.endIds).toEqual(ids);
  });
});

it('without tokenizer.json there is no tokenizer', async () => {
  const { tokenizerFiles } = await readTextFiles([config({ eos_token: '</s>' }), JINJA]);
  expect(tokenizerFiles).toBeNull();
});

/** A folder's text files, each with what is broken in it. */
type Case = readonly [broken: string, file: NamedSource, message: RegExp];
const huge = (fileName: string): NamedSource => ({ ...sparseSource(2 ** 40, []), fileName });
const broken = (fileName: string): Case[] => [
  [`${fileName}, empty`, textFile(fileName, ''), /not sound JSON at byte 0/],
  [`${fileName}, cut off`, textFile(fileName, '{"version": "1.0", "model": {"type"'), /not sound JSON at byte 35/],
  [`${fileName}, a web page`, textFile(fileName, '<!doctype html>'), /expected a JSON value, got "<!doctype html>"/],
  [`${fileName}, a Git LFS pointer`, textFile(fileName, 'version https://git-lfs'), /expected a JSON value/],
  [`${fileName}, a list`, textFile(fileName, '[]'), /expected an object, got an array of 0/],
  [`${fileName}, a number`, textFile(fileName, '7'), /expected an object, got 7/],
  [`${fileName}, null`, textFile(fileName, 'null'), /expected an object, got null/],
  [`${fileName}, a key twice`, textFile(fileName, '{"a": 1, "a": 2}'), /the key "a" once, got it twice/],
  [`${fileName}, a number beyond all`, textFile(fileName, '{"a": 1e999}'), /a computer can hold, got "1e999"/],
  [`${fileName}, deep beyond all`, textFile(fileName, '{"a":'.repeat(99)), /at most 32 levels of nesting/],
  [`${fileName}, half a character`, textFile(fileName, '{"a": "\\ud800"}'), /whole characters in a string/],
  [`${fileName}, text behind it`, textFile(fileName, '{} {}'), /expected the end of the text/],
  [
    `${fileName}, not UTF-8`,
    { ...bytesSource(Uint8Array.of(0x7b, 0xff, 0x7d)), fileName },
    /is not valid text.*expected UTF-8/,
  ],
  [`${fileName}, of a terabyte`, huge(fileName), /is too long: expected at most/],
];

describe.each<[string, readonly Case[]]>([
  ['tokenizer.json', broken('tokenizer.json')],
  [
    'tokenizer_config.json',
    [
      ...broken('tokenizer_config.json'),
      ['a template that is a number', config({ chat_template: 1 }), /"chat_template".*an array, got 1/],
      ['a template that is an object', config({ chat_template: {} }), /"chat_template".*an array, got an object/],
      ['several templates of which one is text', config({ chat_template: ['x'] }), /chat template.*an object, got "x"/],
      ['a named template without text', config({ chat_template: [{ name: 'default' }] }), /text, got nothing/],
      ['a named template that is a list', config({ chat_template: [{ template: [] }] }), /text, got an array of 0/],
    ],
  ],
  [
    'generation_config.json',
    [
      ...broken('generation_config.json'),
      ['a temperature that is text', generation({ temperature: '0.7' }), /"temperature".*a number, got "0\.7"/],
      ['a top-k that is a list', generation({ top_k: [20] }), /"top_k".*a number, got an array of 1/],
      ['a top-p that is true', generation({ top_p: true }), /"top_p".*a number, got true/],
      ['an end that is text', generation({ eos_token_id: '</s>' }), /"eos_token_id".*an array, got "<\/s>"/],
      ['an end below zero', generation({ eos_token_id: -1 }), /"eos_token_id".*from 0, got -1/],
      ['an end with a fraction', generation({ eos_token_id: [1.5] }), /"eos_token_id".*from 0, got 1\.5/],
      ['ends in a list of lists', generation({ eos_token_id: [[2]] }), /"eos_token_id".*got an array of 1/],
    ],
  ],
  [
    'chat_template.jinja',
    [
      ['of a terabyte', huge('chat_template.jinja'), /is too long: expected at most 1048576 bytes/],
      ['not UTF-8', { ...bytesSource(Uint8Array.of(0xc0, 0x80)), fileName: 'chat_template.jinja' }, /not valid text/],
    ],
  ],
])('refused: %s', (_file, cases) => {
  it.each(cases)('%s', async (_what, file, message) => {
    const others = [TOKENIZER].filter(({ fileName }) => fileName !== file.fileName);
    const error: unknown = await readTextFiles([...others, file]).catch((cause: unknown) => cause);
    expect([errorCode(error), (error as Error).message]).toEqual(['FileMalformed', expect.stringMatching(message)]);
  });
});
