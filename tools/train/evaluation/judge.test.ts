/** Every kind of expectation, with answers that are right and answers that are nearly so. */
import { describe, expect, it } from 'vitest';
import type { Expectation } from './case.ts';
import { isRight } from './judge.ts';

function right(text: string, expected: Expectation, ended = true): boolean {
  return isRight({ text, ended }, expected);
}

describe('an answer that must hold texts', () => {
  const expected = { kind: 'contains', all: [['7', 'seven'], ['U.S.']], not: ['dozen'] } as const;

  it.each(['There are 7 in the U.S.', 'seven, u.s.', '(U.S.) "Seven"', 'U.S.: 7.'])('is right: %s', (text) => {
    expect(right(text, expected)).toBe(true);
  });

  it.each([
    ['a group is missing', 'There are 7.'],
    ['a number is part of another', '17 in the U.S.'],
    ['a word is part of another', 'seventy in the U.S.'],
    ['a full stop stands for nothing else', '7 in the USSR'],
    ['it holds what it must not', 'Seven, half a Dozen, in the U.S.'],
    ['it is empty', ''],
  ])('is wrong where %s', (_, text) => {
    expect(right(text, expected)).toBe(false);
  });

  it('may name what it must not as part of another word', () => {
    expect(right('7 in the U.S., in dozens', expected)).toBe(true);
  });

  it('knows letters beyond ASCII', () => {
    expect(right('Zoë', { kind: 'contains', all: [['Zo']] })).toBe(false);
    expect(right('zoË', { kind: 'contains', all: [['Zoë']] })).toBe(true);
  });
});

describe('an answer in JSON', () => {
  const expected = { kind: 'json', value: { name: 'Ada', ages: [1, 2], ok: true, none: null } } as const;
  const json = '{"name": "Ada", "ages": [1, 2], "ok": true, "none": null}';

  it.each([
    json,
    '{"none":null,"ok":true,"ages":[1,2],"name":"Ada"}',
    `\`\`\`json\n${json}\n\`\`\``,
    `\n\`\`\`\n${json}\n\`\`\`\n`,
  ])('is right: %j', (text) => {
    expect(right(text, expected)).toBe(true);
  });

  it.each([
    ['a value differs', json.replace('Ada', 'ada')],
    ['an order differs', json.replace('[1, 2]', '[2, 1]')],
    ['a number is a text', json.replace('[1, 2]', '["1", 2]')],
    ['a key is missing', json.replace(', "none": null', '')],
    ['a key is added', json.replace('"ok"', '"more": 1, "ok"')],
    ['words stand around it', `Here it is: ${json}`],
    ['words stand behind its fence', `\`\`\`json\n${json}\n\`\`\`\nDone.`],
    ['it is cut off', json.slice(0, -1)],
    ['there is none', ''],
  ])('is wrong where %s', (_, text) => {
    expect(right(text, expected)).toBe(false);
  });
});

describe('a tool call', () => {
  const expected = { kind: 'tool-call', name: 'clock', arguments: { city: 'Rome', hours: 24 } } as const;
  const call = '<tool_call>{"name": "clock", "arguments": {"city": "Rome", "hours": 24}}</tool_call>';

  it.each([call, ` ${call}\n`, '<tool_call>{"arguments":{"hours":24,"city":"Rome"},"name":"clock"}</tool_call>'])(
    'is right: %j',
    (text) => {
      expect(right(text, expected)).toBe(true);
    },
  );

  it.each([
    ['the tool is another', call.replace('clock', 'watch')],
    ['an argument is another', call.replace('Rome', 'Oslo')],
    ['an argument is missing', call.replace(', "hours": 24', '')],
    ['an argument has another type', call.replace('24', '"24"')],
    ['something is added', call.replace('{"name"', '{"id": 1, "name"')],
    ['words stand around it', `Sure. ${call}`],
    ['there are two', call + call],
    ['its end is missing', call.replace('</tool_call>', '')],
    ['it is no JSON', '<tool_call>clock(Rome, 24)</tool_call>'],
    ['it is bare', '{"name": "clock", "arguments": {"city": "Rome", "hours": 24}}'],
  ])('is wrong where %s', (_, text) => {
    expect(right(text, expected)).toBe(false);
  });
});

describe('a list', () => {
  const inOrder = { kind: 'list', items: ['Apple', 'Ripe pear', 'Fig'], ordered: true } as const;
  const anyOrder = { ...inOrder, ordered: false } as const;

  it.each([
    'apple, ripe pear, fig',
    'Apple, ripe pear, fig.',
    '- Apple\n- Ripe pear\n- Fig',
    '* apple\n* ripe pear\n* fig.',
    '1. Apple\n2. Ripe pear\n3. Fig',
    '1) Apple\n2) Ripe pear\n3) Fig',
  ])('is right: %j', (text) => {
    expect(right(text, inOrder)).toBe(true);
    expect(right(text, anyOrder)).toBe(true);
  });

  it('may stand in any order where that is said', () => {
    expect(right('fig, apple, ripe pear', anyOrder)).toBe(true);
    expect(right('fig, apple, ripe pear', inOrder)).toBe(false);
  });

  it.each([
    ['an item is missing', 'apple, fig'],
    ['an item is added', 'apple, ripe pear, fig, plum'],
    ['an item stands there twice', 'apple, ripe pear, fig, fig'],
    ['words stand before it', 'Sorted: apple, ripe pear, fig'],
    ['it is a sentence', 'apple, ripe pear and fig'],
    ['it is empty', ''],
  ])('is wrong where %s', (_, text) => {
    expect(right(text, anyOrder)).toBe(false);
  });
});

describe('a number', () => {
  it.each([
    ['85', 85],
    ['40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85. So 47 + 38 = 85.', 85],
    ['It is -4.', -4],
    ['2.5 liters', 2.5],
    ['Of 100 it is 0', 0],
  ])('is the last in the answer: %s', (text, value) => {
    expect(right(text, { kind: 'number', value })).toBe(true);
  });

  it.each([['85 of 100'], ['eighty-five'], ['-85'], ['85.5'], ['']])('is wrong: %j', (text) => {
    expect(right(text, { kind: 'number', value: 85 })).toBe(false);
  });
});

describe('a story', () => {
  const expected = { kind: 'story', hero: 'fox', place: 'old mill' } as const;
  const story =
    'A fox lived near the old mill. Every night it heard a song from the wheel. One night it went in and found a ' +
    'small bird that could not sleep. They sang until the sun came up, and were friends from then on.';

  it('is right if it is whole', () => {
    expect(right(story, expected)).toBe(true);
    expect(right(`${story} "Good night, Fox!"`, expected)).toBe(true);
  });

  it.each([
    ['the hero is another', story.replace('fox', 'foxglove')],
    ['the place is another', story.replace('old mill', 'new mill')],
    ['it is short', 'A fox lived near the old mill. It was happy there for ever.'],
    ['it stops within a sentence', story.slice(0, -1)],
    ['a sentence comes back', story.replace('One night', 'Every night it heard a song from the wheel. One night')],
    [
      'the last sentence stands there twice',
      `${story} They all slept well that night. They all slept well that night.`,
    ],
    ['the last sentence comes back', `${story} Every night it heard a song from the wheel.`],
    [
      'five words come a third time',
      `${story} He went to the old mill and she went to the old mill and we went to the old mill with them.`,
    ],
  ])('is wrong where %s', (_, text) => {
    expect(right(text, expected)).toBe(false);
  });

  it('may repeat a few words', () => {
    expect(right(`${story} Good night. Good night.`, expected)).toBe(true);
  });

  it('is wrong if the model did not end it', () => {
    expect(right(story, expected, false)).toBe(false);
  });
});
