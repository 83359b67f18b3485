/** One model in each container: text becomes the same ids, and ids the same bytes, whichever of its files is read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../../tools/testing/folder-tokenizers.ts';
import { huggingFaceTwin, jsonFile } from '../../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, withoutLowestCode } from '../../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../../tools/testing/random-model.ts';
import { writeGguf } from '../../../tools/testing/write-gguf.ts';
import { readModel } from '../../format/read-model.ts';
import { summarize } from '../../format/summary.ts';
import type { NamedSource } from '../../source/byte-source.ts';
import { bytesSource } from '../../source/bytes-source.ts';
import { createChatTemplate } from '../chat-template.ts';
import { readTokenizer } from '../create-tokenizer.ts';

const MODEL = withoutLowestCode(
  randomModel({ layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1, type: 'Q4_0' }),
);
const PLAIN = randomModel({ layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1, type: 'F16' });
const TEMPLATE = {
  ...bytesSource(new TextEncoder().encode(String(MODEL.metadata['tokenizer.chat_template']))),
  fileName: 'chat_template.jinja',
};
const TEXT_FILES = [
  jsonFile('tokenizer.json', SENTENCE_PIECE),
  jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
  TEMPLATE,
];
const FOLDERS: readonly (readonly [string, readonly NamedSource[]])[] = [
  ['a Hugging Face folder', [...huggingFaceTwin(PLAIN), ...TEXT_FILES]],
  ['an MLC folder', [...mlcTwin(MODEL, 'q4f16_1'), ...TEXT_FILES]],
];
const open = async (files: readonly NamedSource[]) => {
  const { tokenizer, file } = readTokenizer(await readModel(files));
  return { tokenizer, file, template: createChatTemplate(file) };
};
const gguf = open([{ ...bytesSource(writeGguf(MODEL)), fileName: 'm.gguf' }]);
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('the other', ' 12', '\r\n', '   ', '中文', '<s>', '<|end|>'),
    ),
  )
  .map((parts) => parts.join(''));

describe.each(FOLDERS)('%s against GGUF', (_name, files) => {
  it('has the same ids for text, and the same bytes for ids', async () => {
    const [ours, theirs] = [(await open(files)).tokenizer, (await gguf).tokenizer];
    fc.assert(
      fc.property(text, fc.boolean(), (sample, continues) => {
        expect(ours.encode(sample, continues)).toEqual(theirs.encode(sample, continues));
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
    expect(ours.vocabularySize).toBe(theirs.vocabularySize);
    for (let id = 0; id < theirs.vocabularySize; id++)
      expect([id, ...ours.tokenBytes(id)]).toEqual([id, ...theirs.tokenBytes(id)]);
  });

  it('begins and ends texts with the same ids', async () => {
    const [ours, theirs] = [(await open(files)).tokenizer, (await gguf).tokenizer];
    expect([ours.bosId, ours.addBos]).toEqual([theirs.bosId, theirs.addBos]);
    expect([...ours.endIds].sort()).toEqual([...theirs.endIds].sort());
  });

  it('writes a conversation with the same ids', async () => {
    const messages = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'the other <|end|> one' },
      { role: 'assistant', content: 'in and on' },
      { role: 'user', content: '<s>' },
    ] as const;
    const [ours, theirs] = [await open(files), await gguf];
    const ids = ours.template.encode(messages, ours.tokenizer, { addGenerationPrompt: true });
    expect(ids).toEqual(theirs.template.encode(messages, theirs.tokenizer, { addGenerationPrompt: true }));
    expect(ids.length).toBeGreaterThan(20);
  });

  it('lets the parsed files go once they are understood', async () => {
    expect((await open(files)).file).not.toHaveProperty('tokenizerFiles');
  });
});

it('a step that is not understood is named before anything is loaded', async () => {
  const normalizer = { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Romanize' }] };
  const strange = jsonFile('tokenizer.json', { ...SENTENCE_PIECE, normalizer });
  const { unsupported } = summarize(await readModel([...huggingFaceTwin(PLAIN), strange]), 'm');
  expect(unsupported).toBe('The tokenizer\'s normalizer "Romanize" is not supported yet.');
});
