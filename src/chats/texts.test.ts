import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineBefore } from './break.ts';
import type { Message } from './chat.ts';
import { earlierChat } from './earlier.ts';
import { toEngineMessages } from './engine-messages.ts';
import { attachment, message } from './testing/samples.ts';
import { chatName, firstLine } from './title.ts';
import { titleIn, titleRequest } from './title-request.ts';

describe('firstLine', () => {
  it('is the first line that says something', () => {
    expect(firstLine('\n  \n  Hello   there\nMore')).toBe('Hello there');
    expect(firstLine(' \n ')).toBe('');
  });

  it('cuts a long line at a word', () => {
    expect(firstLine('word '.repeat(40))).toBe(`${'word '.repeat(16).trim()}…`);
  });

  it('is short and never ends in half a character, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '😀', '\n'), maxLength: 300 }), (text) => {
        const line = firstLine(text);
        expect(line.length).toBeLessThanOrEqual(81);
        expect(line).not.toMatch(/[\uD800-\uDBFF]…$/);
      }),
    );
  });
});

describe('chatName', () => {
  it('prefers a given name', () => {
    expect(chatName({ title: 'Mine', firstLine: 'Hi' })).toBe('Mine');
    expect(chatName({ title: '', firstLine: 'Hi' })).toBe('Hi');
    expect(chatName({ title: '', firstLine: '' })).toBe('New chat');
  });
});

describe('titleRequest', () => {
  it('asks after the last answer, or with the last question, of how a chat began', () => {
    const path = [1, 2, 3, 4, 5].map((n) => message(`${n}`, null, { role: n % 2 === 1 ? 'user' : 'assistant' }));
    expect(titleRequest(path)!.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    const [asked] = titleRequest(path.slice(0, 1))!.messages;
    expect(asked!.content.startsWith(path[0]!.content)).toBe(true);
    expect(asked!.content).toContain('title');
    expect(titleRequest([])).toBe(null);
  });

  it('takes from a title what models put around it', () => {
    expect(titleIn('Title: **“Of Apples”**\n\nIt is about apples.')).toBe('Of Apples');
    expect(titleIn('"" \n')).toBe('');
  });
});

describe('earlierChat', () => {
  it('makes a chat of the turns that were kept before', () => {
    const kept = [
      { id: 1, role: 'user', content: 'Hi', stats: null },
      { id: 2, role: 'assistant', content: 'Hello', stats: null, thinking: { text: 'Well', ms: 3 } },
    ];
    const { chat, messages } = earlierChat(kept, 100)!;
    expect(chat).toMatchObject({ firstLine: 'Hi', leafId: messages[1]!.id });
    expect(messages).toMatchObject([
      { content: 'Hi', parentId: null, chatId: chat.id },
      { content: 'Hello', parentId: messages[0]!.id, thinking: { text: 'Well', ms: 3 } },
    ]);
  });

  it.each([
    null,
    [],
    'x',
    [1],
    [{ role: 'system', content: 'a' }],
    [{ role: 'user', content: 1 }],
    [{ role: 'user', content: 'a', thinking: { text: 1, ms: null } }],
  ])('takes nothing from %j', (kept) => {
    expect(earlierChat(kept, 0)).toBe(null);
  });
});

describe('toEngineMessages', () => {
  it('puts the system prompt first, leaves empty answers out and joins neighbours of one role', () => {
    const path = [
      message('one', null),
      message('two', 'one', { role: 'assistant', content: '', thinking: { text: 'Hm', ms: 1 } }),
      message('three', 'two'),
      message('four', 'three', { role: 'assistant', thinking: { text: 'Well', ms: 1 } }),
    ];
    expect(toEngineMessages('Be kind.', path)).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'one\n\nthree' },
      { role: 'assistant', content: 'four', thinking: 'Well' },
    ]);
    expect(toEngineMessages('  ', [])).toEqual([]);
  });

  it('puts attachments before the words, and needs no words', () => {
    const attachments = [attachment('a.txt', 'alpha')];
    const path = [
      message('one', null, { content: '', attachments }),
      message('two', 'one', { role: 'assistant' }),
      message('three', 'two', { attachments }),
    ];
    const file = 'Attached file 1 of 1: a.txt (text)\n```\nalpha\n```';
    expect(toEngineMessages('', path).map(({ content }) => content)).toEqual([file, 'two', `${file}\n\nthree`]);
  });

  it('sends nothing from before the last break but its summary, at the head of the next question', () => {
    const before = [message('one', null), message('two', 'one', { role: 'assistant' })];
    const cut = message('cut', 'two', { role: 'break', content: 'We counted.' });
    const said = (path: Message[]) => toEngineMessages('', path).map(({ role, content }) => `${role}: ${content}`);
    const head = 'This is a summary of our conversation so far:\n\nWe counted.';
    const after = `user: ${head}\n\nThe conversation goes on from here:\n\nthree`;
    expect(said([...before, cut, message('three', 'cut')])).toEqual([after]);
    expect(said([...before, cut])).toEqual([`user: ${head}`]);
    expect(said([...before, { ...cut, content: '' }, message('three', 'cut')])).toEqual(['user: three']);
    expect(said([...before, cut, message('four', 'cut', { role: 'assistant' })])).toEqual([
      `user: ${head}`,
      'assistant: four',
    ]);
  });

  it('keeps what a break keeps', () => {
    const path = [
      message('one', null),
      message('two', 'one', { role: 'assistant' }),
      message('three', 'two'),
      message('four', 'three', { role: 'assistant' }),
      message('cut', 'four', { role: 'break', content: '', keepFrom: 'three' }),
    ];
    const ids = () => toEngineMessages('', path).map(({ content }) => content);
    expect(ids()).toEqual(['three', 'four']);
    expect(lineBefore(path)).toBe('three');
    path[4] = { ...path[4]!, keepFrom: 'gone' };
    expect(ids()).toEqual([]);
    expect(lineBefore(path)).toBe('cut');
    expect(lineBefore(path.slice(0, 4))).toBe(null);
  });
});
