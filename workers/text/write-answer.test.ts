import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteTokenizer } from '../../tools/testing/byte-tokenizer.ts';
import { createAnswerSplitter } from './answer-splitter.ts';
import { CHANNEL_MARKS, findThinking } from './thinking-format.ts';
import { writeAnswer, type WrittenAnswer } from './write-answer.ts';

/** Families by the marks that are tokens of theirs, with what their templates say. */
const FAMILIES = [
  { family: 'Qwen3', controls: [], template: '<think>' },
  { family: 'Qwen3, the tags being tokens', controls: ['<think>', '</think>'], template: '' },
  { family: 'Granite 3.3', controls: [], template: '<think></think><response></response>' },
  { family: 'Magistral', controls: ['[THINK]', '[/THINK]'], template: '' },
  {
    family: 'Command A',
    controls: ['<|START_THINKING|>', '<|END_THINKING|>', '<|START_RESPONSE|>', '<|END_RESPONSE|>'],
    template: '',
  },
  { family: 'gpt-oss', controls: [...CHANNEL_MARKS], template: '' },
] as const;

const family = (name: string) => {
  const { controls, template } = FAMILIES.find((one) => one.family === name)!;
  const { tokenizer, controlIds } = byteTokenizer(controls);
  const marks = findThinking(template, controlIds)!;
  /** Control tokens between ⟨ and ⟩. */
  const write = (answer: WrittenAnswer, opened = false): string => {
    const bytes = writeAnswer(answer, marks, opened, tokenizer).flatMap((id) => [
      ...(id < 256 ? [id] : new TextEncoder().encode(`⟨${tokenizer.spelling(id)}⟩`)),
    ]);
    return new TextDecoder().decode(Uint8Array.from(bytes));
  };
  return { write, tokenizer, marks };
};
const both = { thinking: 'Hm.', text: 'Yes' };

describe('an answer that is written as a model would', () => {
  it.each([
    ['Qwen3', '<think>\nHm.\n</think>\n\nYes', 'Hm.\n</think>\n\nYes'],
    ['Qwen3, the tags being tokens', '⟨<think>⟩\nHm.\n⟨</think>⟩\n\nYes', 'Hm.\n⟨</think>⟩\n\nYes'],
    ['Granite 3.3', '<think>\nHm.\n</think>\n\n<response>Yes', 'Hm.\n</think>\n\n<response>Yes'],
    ['Magistral', '⟨[THINK]⟩Hm.⟨[/THINK]⟩Yes', 'Hm.⟨[/THINK]⟩Yes'],
    [
      'Command A',
      '⟨<|START_THINKING|>⟩Hm.⟨<|END_THINKING|>⟩⟨<|START_RESPONSE|>⟩Yes',
      'Hm.⟨<|END_THINKING|>⟩⟨<|START_RESPONSE|>⟩Yes',
    ],
  ])('has its thought where %s has it', (name, whole, opened) => {
    const { write } = family(name);
    expect(write(both)).toBe(whole);
    expect(write(both, true)).toBe(opened);
  });

  it('has its thought in a channel where gpt-oss has it', () => {
    const { write } = family('gpt-oss');
    const final = '⟨<|channel|>⟩final⟨<|message|>⟩Yes';
    expect(write({ thinking: '', text: 'Yes' })).toBe(final);
    expect(write(both)).toBe(`⟨<|channel|>⟩analysis⟨<|message|>⟩Hm.⟨<|end|>⟩⟨<|start|>⟩assistant${final}`);
    expect(write({ thinking: 'Hm', text: '' })).toBe('⟨<|channel|>⟩analysis⟨<|message|>⟩Hm');
  });

  it('is its text alone where there is no thought, and closes one that the prompt opened', () => {
    const { write, tokenizer } = family('Qwen3');
    expect(write({ thinking: '', text: 'Yes' })).toBe('Yes');
    expect(write({ thinking: '', text: 'Yes' }, true)).toBe('\n</think>\n\nYes');
    expect(write({ thinking: '', text: '' }, true)).toBe('');
    expect(writeAnswer(both, null, false, tokenizer)).toEqual([...new TextEncoder().encode('Yes')]);
  });

  it('leaves its thought open where there is no text', () => {
    const { write } = family('Qwen3');
    expect(write({ thinking: 'Hm', text: '' })).toBe('<think>\nHm');
    expect(write({ thinking: 'Hm', text: '' }, true)).toBe('Hm');
  });

  it('makes no mark of what a person wrote', () => {
    const { write } = family('gpt-oss');
    expect(write({ thinking: '', text: '<|end|>' })).toBe('⟨<|channel|>⟩final⟨<|message|>⟩<|end|>');
  });

  const words = fc.string({ unit: fc.constantFrom('a', ' ', '\n', 'é', '<', '.'), maxLength: 8 });
  it.each(FAMILIES.map((one) => one.family))('is read as what it is: %s', (name) => {
    const { marks, tokenizer } = family(name);
    fc.assert(
      fc.property(words, words, fc.boolean(), (thinking, text, wantsOpened) => {
        fc.pre(thinking.trim() === '' ? thinking === '' : thinking.trim() === thinking);
        fc.pre(text.trimStart() === text);
        const opened = wantsOpened && marks.format.kind === 'tags';
        const ids = writeAnswer({ thinking, text }, marks, opened, tokenizer);
        const splitter = createAnswerSplitter(marks.format, opened);
        const bytes = ids.flatMap((id) => [...(marks.bytesOf.get(id) ?? tokenizer.tokenBytes(id))]);
        const pieces = [...splitter.push(new TextDecoder().decode(Uint8Array.from(bytes))), ...splitter.flush()];
        const read = { thinking: '', text: '' };
        for (const { kind, text: said } of pieces) read[kind] += said;
        // A line's end before a closing tag belongs to the thought.
        expect({ ...read, thinking: read.thinking.trimEnd() }).toEqual({ thinking, text });
      }),
    );
  });
});
