/** Counts, prefixes and prompts of a whole template and tokenizer, without a GPU. */
import { describe, expect, it } from 'vitest';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import type { ChatMessage } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createChatTemplate } from '../text/chat-template.ts';
import { createTokenizer } from '../text/create-tokenizer.ts';
import { ModelText } from './model-text.ts';

const { metadata } = randomModel({ layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 });
const file = await readGguf(bytesSource(writeGguf({ metadata })));
const tokenizer = createTokenizer(file);
const fresh = (): ModelText => new ModelText(createChatTemplate(file), tokenizer);
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const textOf = (ids: readonly number[]): string =>
  new TextDecoder().decode(Buffer.concat(ids.map((id) => tokenizer.tokenBytes(id))));

describe('ModelText', () => {
  it("shares a prompt's tokens out", () => {
    const text = fresh();
    const messages = [user('!'), assistant('!!'), user('')];
    const counts = text.countTokens({ messages });
    // The rest: BOS, two marks a message, one for the answer, and the space that goes before each of the two texts.
    expect(counts).toEqual({ total: 13, messages: [1, 2, 0], template: 10 });
    expect(text.promptIds(messages)).toHaveLength(13);
    expect(text.countTokens({ messages })).toEqual(counts);
    expect(text.countText('!!')).toBe(2);
  });

  it('counts a call of a tool, which has no text, with the template', () => {
    const call = { role: 'assistant', content: null, toolCalls: [{ name: 'now', arguments: {} }] } as const;
    const { total, messages, template } = fresh().countTokens({ messages: [user('!'), call] });
    expect(messages).toEqual([1, 0]);
    expect(total).toBe(1 + template);
  });

  it('counts an answer as the ids that it was', () => {
    const text = fresh();
    text.keepAnswer('the', [300, 301, 302, 303, 304]);
    const counts = text.countTokens({ messages: [user('!'), assistant('the')] });
    expect(counts).toEqual({ total: 13, messages: [1, 5], template: 7 });
  });

  it('cuts a prefix of text as it would stand behind the prompt', () => {
    const text = fresh();
    const prompt = text.promptIds([user('Hi')]);
    const prefix = text.prefixIds({ text: ' the thing' }, prompt);
    expect(prefix).toEqual({ ids: tokenizer.encode(' the thing', true), leftOut: '' });
    expect(textOf(prefix.ids)).toBe(' the thing');
    expect(text.prefixIds({ text: 'the' }, prompt)).toEqual({ ids: tokenizer.encode('the', true), leftOut: '' });
    expect(text.prefixIds({ text: '' }, prompt)).toEqual({ ids: [], leftOut: '' });
  });

  it('leaves the last spaces to the model, but no other white space', () => {
    const text = fresh();
    const prompt = text.promptIds([user('Hi')]);
    expect(text.prefixIds({ text: 'the  ' }, prompt)).toEqual({ ids: tokenizer.encode('the', true), leftOut: '  ' });
    expect(text.prefixIds({ text: 'the\n' }, prompt)).toEqual({ ids: tokenizer.encode('the\n', true), leftOut: '' });
  });

  it('takes a known answer, and ids, as they are', () => {
    const text = fresh();
    text.keepAnswer('abc ', [300, 301]);
    expect(text.prefixIds({ text: 'abc ' }, [])).toEqual({ ids: [300, 301], leftOut: '' });
    expect(text.prefixIds({ tokens: [5, 400] }, [])).toEqual({ ids: [5, 400], leftOut: '' });
  });

  it.each([[-1], [1.5], [Number.NaN], [tokenizer.vocabularySize]])('refuses the id %d', (id) => {
    const refused = { name: 'SettingInvalid' };
    expect(() => fresh().prefixIds({ tokens: [300, id] }, [])).toThrow(expect.objectContaining(refused));
    expect(() => fresh().tokenTexts([], [300, id])).toThrow(expect.objectContaining(refused));
  });
});
