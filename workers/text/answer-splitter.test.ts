import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerPiece, createAnswerSplitter } from './answer-splitter.ts';
import type { ThinkingFormat } from './thinking-format.ts';

const TAGS: ThinkingFormat = { kind: 'tags', open: '<think>', close: '</think>', wrappers: [] };
const WRAPPED: ThinkingFormat = { ...TAGS, wrappers: ['<response>', '</response>'] };
const CHANNELS: ThinkingFormat = { kind: 'channels' };

/** The pieces of a stream, neighbours of one kind joined. */
function split(format: ThinkingFormat, pieces: readonly string[], opened = false): AnswerPiece[] {
  const splitter = createAnswerSplitter(format, opened);
  const joined: AnswerPiece[] = [];
  for (const piece of [...pieces.flatMap((text) => splitter.push(text)), ...splitter.flush()]) {
    expect(piece.text).not.toBe('');
    const last = joined.at(-1);
    if (last?.kind === piece.kind) joined[joined.length - 1] = { kind: last.kind, text: last.text + piece.text };
    else joined.push(piece);
  }
  return joined;
}

const thinking = (text: string): AnswerPiece => ({ kind: 'thinking', text });
const text = (said: string): AnswerPiece => ({ kind: 'text', text: said });

describe('thoughts between tags', () => {
  it.each<[string, string, AnswerPiece[]]>([
    ['a thought and an answer', '<think>\nWell.\n</think>\n\nHello', [thinking('Well.\n'), text('Hello')]],
    ['space before the thought', ' \n<think>Well.</think>Hello', [thinking('Well.'), text('Hello')]],
    ['no thought', 'Hello', [text('Hello')]],
    ['no thought, and space first', '  Hello', [text('  Hello')]],
    ['nothing but space', ' \n', [text(' \n')]],
    ['nothing', '', []],
    ['an empty thought', '<think>\n\n</think>\n\nHello', [text('Hello')]],
    ['a thought that is never closed', '<think>Well. And', [thinking('Well. And')]],
    ['a thought that ends inside a tag', '<think>Well.</thi', [thinking('Well.</thi')]],
    ['a thought alone', '<think>Well.</think>', [thinking('Well.')]],
    ['a tag inside a thought', '<think>a <think>b</think>c</think>d', [thinking('a <think>b'), text('c</think>d')]],
    ['an opening tag twice', '<think><think>Well.</think>Hello', [thinking('Well.'), text('Hello')]],
    ['tags in the answer', 'Write <think>so</think>.', [text('Write <think>so</think>.')]],
    ['tags behind the thought', '<think>a</think>b <think>c', [thinking('a'), text('b <think>c')]],
    ['a closing tag first', '</think>Hello', [text('Hello')]],
    ['comparisons', 'if a < b and b </c', [text('if a < b and b </c')]],
    ['wrappers of a model that has none', '<response>a</response>', [text('<response>a</response>')]],
  ])('%s', (_what, answer, expected) => {
    expect(split(TAGS, [answer])).toEqual(expected);
    expect(split(TAGS, [...answer])).toEqual(expected);
  });

  it.each<[string, string, AnswerPiece[]]>([
    ['an open thought', 'Well.\n</think>\n\nHello', [thinking('Well.\n'), text('Hello')]],
    ['one that opens again', '\n<think>\nWell.</think>Hello', [thinking('Well.'), text('Hello')]],
    ['one that is never closed', 'Well.', [thinking('Well.')]],
  ])('%s in the prompt', (_what, answer, expected) => {
    expect(split(TAGS, [...answer], true)).toEqual(expected);
  });

  it('takes marks around the answer off, behind a thought only', () => {
    expect(split(WRAPPED, [...'<think>a</think>\n<response> b </response>'])).toEqual([thinking('a'), text('b ')]);
    expect(split(WRAPPED, ['The tag <response>'])).toEqual([text('The tag <response>')]);
  });

  it('shows at once what cannot become a tag', () => {
    const splitter = createAnswerSplitter(TAGS, false);
    expect(splitter.push('<think>a<')).toEqual([thinking('a')]);
    expect(splitter.push('b')).toEqual([thinking('<b')]);
    expect(splitter.push('</think> <')).toEqual([]);
    expect(splitter.push('<x')).toEqual([text('<<x')]);
  });
});

describe('thoughts in channels', () => {
  it.each<[string, string, AnswerPiece[]]>([
    [
      'a thought and an answer',
      '<|channel|>analysis<|message|>Well.<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>',
      [thinking('Well.'), text('Hello')],
    ],
    ['an answer alone', '<|channel|>final<|message|>Hello', [text('Hello')]],
    ['text without channels', 'Hello', [text('Hello')]],
    [
      'two thoughts',
      '<|channel|>analysis<|message|>One.<|end|><|start|>assistant<|channel|>analysis<|message|> Two.<|end|>',
      [thinking('One.\n\nTwo.')],
    ],
    [
      'what a person is told while it goes on',
      '<|channel|>commentary<|message|>Wait.<|end|><|start|>assistant<|channel|>analysis <|constrain|>x<|message|>Well.',
      [text('Wait.'), thinking('Well.')],
    ],
    ['a header that never ends', '<|channel|>anal', []],
  ])('%s', (_what, answer, expected) => {
    expect(split(CHANNELS, [answer])).toEqual(expected);
    expect(split(CHANNELS, [...answer])).toEqual(expected);
  });
});

describe('any way to cut the stream', () => {
  const fragment = fc.constantFrom(
    ...[
      '<think>',
      '</think>',
      '<response>',
      '</response>',
      '<',
      '</',
      'th',
      'ink>',
      '>',
      ' ',
      '\n',
      'a',
      '😀',
      '<<think>',
    ],
    ...['<|start|>', '<|channel|>', 'analysis', 'final', '<|message|>', '<|end|>', '<|', '|>', 'assistant'],
  );
  it.each([
    ['tags', TAGS, false],
    ['tags, opened', TAGS, true],
    ['wrapped tags', WRAPPED, false],
    ['channels', CHANNELS, false],
  ] as const)('gives the same parts: %s', (_what, format, opened) => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 12 }), (fragments, cuts) => {
        const whole = fragments.join('');
        const places = [...new Set([0, ...cuts.filter((cut) => cut < whole.length)])].sort((a, b) => a - b);
        const pieces = places.map((start, index) => whole.slice(start, places[index + 1]));
        expect(pieces.join('')).toBe(whole);
        expect(split(format, pieces, opened)).toEqual(split(format, [whole], opened));
      }),
      { numRuns: 300 },
    );
  });
});
