import { strToU8, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerRecord, Chat, Message } from '../chat.ts';
import { toChatsFile } from '../export/json.ts';
import { chat, message } from '../testing/samples.ts';
import { MessageTree } from '../tree.ts';
import type { WholeChat } from '../whole-chat.ts';
import { IMPORT_LIMITS } from './facts.ts';
import { KnownChats } from './known-chats.ts';
import { readImport } from './read-import.ts';
import { chatGptConversation, llamaConversation } from './testing/foreign.ts';
import { unpack } from './unpack.ts';

const NOW = 1_760_000_000_000;
const read = (value: unknown) => readText(JSON.stringify(value));
const readText = (text: string) => readImport([{ name: 'file.json', text }], NOW, []);
const shown = ({ chat: { leafId }, messages }: WholeChat) => new MessageTree(messages).path(leafId);
const said = (whole: WholeChat) => shown(whole).map(({ role, content }) => [role, content]);

const ANSWER: AnswerRecord = {
  model: { name: 'Qwen', sha256: 'ab'.repeat(32), quantization: 'Q4_0' },
  templateSha256: 'cd',
  systemPrompt: '',
  sampler: {
    temperature: 0.5,
    topK: 40,
    topP: 0.9,
    minP: 0,
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    penaltyWindow: 64,
    seed: 7,
  },
  stopStrings: [],
  maxTokens: null,
  thinking: null,
  thinkingEffort: null,
  contextLength: 512,
  device: 'd',
  finishReason: 'end-of-turn',
  tokens: [1, 2],
  thinkingTokens: 0,
  promptTokens: 3,
  prefixTokens: 0,
  reusedTokens: 0,
  generatedTokens: 2,
  prefilledTokens: 3,
  prefillMs: 1,
  firstTokenMs: null,
  decodedTokens: 1,
  draftedTokens: 8,
  acceptedTokens: 3,
  decodeMs: 1,
};

const OWN: WholeChat = {
  chat: chat('own', {
    title: 'Own',
    firstLine: 'Hello',
    folderId: 'f',
    pinned: true,
    leafId: '3',
    draft: 'and',
    createdAt: 5,
    changedAt: 9,
  }),
  messages: [
    message('1', null, { chatId: 'own', content: 'Hello', createdAt: 6 }),
    message('2', '1', {
      chatId: 'own',
      content: 'Hi',
      role: 'assistant',
      createdAt: 7,
      answer: ANSWER,
      thinking: { text: 'T', ms: 3 },
    }),
    message('3', '1', {
      chatId: 'own',
      content: 'Ho',
      role: 'assistant',
      createdAt: 8,
      answer: { ...ANSWER, replayOf: '2' },
      edited: true,
    }),
  ],
};
const ownFile = () =>
  structuredClone(toChatsFile({ folders: [{ id: 'f', name: 'Work', createdAt: 1 }], chats: [OWN] }, NOW));

describe('our own file', () => {
  it('gives back everything under new ids', () => {
    const { chats, folders, leftOut } = read(ownFile());
    expect(leftOut).toEqual([]);
    const [{ chat: made, messages }] = chats as [WholeChat];
    const [one, two, three] = messages as [Message, Message, Message];
    expect(made).toEqual({ ...OWN.chat, id: made.id, folderId: folders[0]!.id, leafId: three.id } satisfies Chat);
    expect(folders).toEqual([{ id: folders[0]!.id, name: 'Work', createdAt: 1 }]);
    expect([one, two, three]).toEqual([
      { ...OWN.messages[0], id: one.id, chatId: made.id },
      { ...OWN.messages[1], id: two.id, chatId: made.id, parentId: one.id },
      { ...OWN.messages[2], id: three.id, chatId: made.id, parentId: one.id, answer: { ...ANSWER, replayOf: two.id } },
    ]);
    expect(['own', '1', '2', '3']).not.toContain(made.id);
  });

  it('gives back what is attached, breaks with what they keep, and what a chat has set', () => {
    const attachment = { name: 'a.csv', kind: 'csv', text: 'a,b', bytes: 3, warnings: [] } as const;
    const whole: WholeChat = {
      chat: chat('c', { leafId: '3', presetId: 'precise', settings: { temperature: 0.5 } }),
      messages: [
        message('1', null, { chatId: 'c', createdAt: 1 }),
        message('2', '1', { chatId: 'c', createdAt: 2, attachments: [attachment] }),
        message('3', '2', { chatId: 'c', createdAt: 3, role: 'break', content: 'So far', keepFrom: '2' }),
      ],
    };
    const { chats, leftOut } = read(toChatsFile({ folders: [], chats: [whole] }, NOW));
    expect(leftOut).toEqual([]);
    const { chat: made, messages } = chats[0]!;
    expect(made).toMatchObject({ presetId: 'precise', settings: { temperature: 0.5 } });
    expect(messages[1]?.attachments).toEqual([attachment]);
    expect(messages[2]).toMatchObject({ role: 'break', content: 'So far', keepFrom: messages[1]!.id });
  });

  it('leaves out what is attached and kept in no form that it could have', () => {
    const file = ownFile() as unknown as { chats: [{ messages: Record<string, unknown>[] }] };
    file.chats[0].messages[0]!.attachments = [{ name: 1 }, { name: 'b', text: '' }, 'c'];
    file.chats[0].messages[1]!.attachments = {};
    file.chats[0].messages[2]!.keepFrom = 'gone';
    const { chats, leftOut } = read(file);
    expect(chats[0]!.messages.some((one) => 'attachments' in one || 'keepFrom' in one)).toBe(false);
    expect(leftOut.length).toBeGreaterThanOrEqual(3);
  });

  it('keeps no field that it does not know', () => {
    const file = ownFile() as unknown as { chats: [Record<string, unknown> & { messages: Record<string, unknown>[] }] };
    file.chats[0].evil = 1;
    file.chats[0].messages[1]!.evil = 1;
    const answer = { ...ANSWER, evil: 1, model: { ...ANSWER.model, evil: 1 }, sampler: { ...ANSWER.sampler, evil: 1 } };
    file.chats[0].messages[1]!.answer = answer;
    expect(JSON.stringify(read(file))).not.toContain('evil');
  });
});

describe('names', () => {
  const trick = 'a\u202Eb\u200Bc\u0007 \n d';

  it('have nothing in them that cannot be seen', () => {
    const model = { ...ANSWER.model, name: trick, quantization: trick };
    const messages = [
      message('1', null, { content: trick }),
      message('2', '1', { role: 'assistant', answer: { ...ANSWER, model, device: trick, thinkingEffort: trick } }),
    ];
    const folders = [{ id: 'f', name: trick, createdAt: 1 }];
    const untitled = { chat: chat('u', { title: '', leafId: '1' }), messages };
    const titled = { chat: chat('t', { title: trick, leafId: '2', folderId: 'f' }), messages };
    const made = read(toChatsFile({ folders, chats: [untitled, titled] }, NOW));
    expect(made.folders[0]!.name).toBe('abc d');
    expect(made.chats.map(({ chat: { title, firstLine } }) => [title, firstLine])).toEqual([
      ['', 'abc'],
      ['abc d', 'abc'],
    ]);
    expect(made.chats[1]!.messages[1]!.answer).toMatchObject({
      ...{ model: { name: 'abc d', quantization: 'abc d' }, device: 'abc d', thinkingEffort: 'abc d' },
    });
    // What was said stays what was said.
    expect(made.chats[1]!.messages[0]!.content).toBe(trick);
  });

  it('of other programs are read so too', () => {
    const { chats } = read([{ ...chatGptConversation(), title: trick }]);
    expect(chats[0]!.chat.title).toBe('abc d');
    const llama = llamaConversation();
    expect(read({ ...llama, conv: { ...llama.conv, name: trick } }).chats[0]!.chat.title).toBe('abc d');
  });

  it('in a report are short, whole and few', () => {
    const messages = Array.from({ length: 500 }, (_, index) => ({
      ...message(`${index}`, null),
      role: `\u202E${index}`,
    }));
    const file = { ...toChatsFile({ folders: [], chats: [OWN] }, NOW), chats: [{ ...chat('c'), messages }] };
    const { leftOut } = read(file);
    expect(leftOut.length).toBeLessThanOrEqual(101);
    expect(leftOut[0]).toBe(
      'A message: “user”, “assistant” or “break” was expected as its role, the text “0” was there',
    );
    expect(leftOut.at(-1)).toMatch(/^Something else \(\d+ times\)$/);
    expect(() => readImport([{ name: 'a\u202Eb.json', text: '{}' }], NOW, [])).toThrow(/^ab\.json has no chats/);
  });
});

describe('ChatGPT’s file', () => {
  it('gives the tree of what was said, with times, thoughts and marks, and says what was left out', () => {
    const { chats, leftOut } = read([chatGptConversation()]);
    const [whole] = chats as [WholeChat];
    expect(whole.chat).toMatchObject({ title: 'Boats', createdAt: 1_700_000_000_250, changedAt: 1_700_000_100_500 });
    expect(said(whole)).toEqual([
      ['user', '[Image]\n\nWhat is this?'],
      ['assistant', 'A boat.'],
    ]);
    expect(whole.messages).toHaveLength(3);
    expect(shown(whole)[1]).toMatchObject({
      thinking: { text: 'Looking\nIt has sails.', ms: null },
      createdAt: 1_700_000_005_000,
    });
    expect(leftOut).toEqual([
      'A hidden message',
      'Image in a message: only its place is kept',
      'A message to or from a tool (2 times)',
    ]);
  });

  it('joins turns that a tool stood between, and takes one conversation alone', () => {
    const conversation = chatGptConversation();
    const mapping = conversation.mapping as Record<string, { message: Record<string, unknown> }>;
    mapping.call!.message.recipient = 'all';
    mapping.call!.message.content = { content_type: 'text', parts: ['Let me look.'] };
    const [whole] = read(conversation).chats as [WholeChat];
    expect(said(whole)[1]).toEqual(['assistant', 'Let me look.\n\nA boat.']);
  });

  it('is found in its zip, in one part or several', async () => {
    const text = (title: string) => strToU8(JSON.stringify([{ ...chatGptConversation(), title }]));
    const bytes = zipSync({
      'user.json': strToU8('{}'),
      'x/conversations-000.json': text('A'),
      'x/conversations-001.json': text('B'),
    });
    const { chats } = readImport(await unpack(new File([bytes], 'export.zip')), NOW, []);
    expect(chats.map(({ chat: { title } }) => title)).toEqual(['A', 'B']);
  });
});

describe('the file of llama.cpp’s web page', () => {
  const expected = [
    ['user', '[Attachment: list.txt]\n\nBrie\n\n[Attachment: a.png]\n\nCheese?'],
    ['assistant', 'Yes.'],
  ];

  it('is read as one object and as a list', () => {
    for (const value of [llamaConversation(), [llamaConversation()]]) {
      const { chats, leftOut } = read(value);
      const [whole] = chats as [WholeChat];
      expect(said(whole)).toEqual(expected);
      expect(whole.messages).toHaveLength(3);
      expect(whole.chat).toMatchObject({ title: 'Cheese', createdAt: 1_750_000_000_000, changedAt: 1_750_000_009_000 });
      expect(shown(whole)[1]!.thinking).toEqual({ text: 'Hm.', ms: null });
      expect(leftOut).toEqual(['Attachment in a message: only its place is kept']);
    }
  });

  it('is read as lines, alone and in a zip', async () => {
    const { conv, messages } = llamaConversation();
    const lines = [
      { type: 'session', harness: 'x', ...conv },
      ...messages.map((one) => ({ type: 'message', message: one })),
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const zip = new File([zipSync({ 'a.jsonl': strToU8(text), 'b.jsonl': strToU8(text) })], 'c.zip');
    expect(said(readText(text).chats[0]!)).toEqual(expected);
    expect(readImport(await unpack(zip), NOW, []).chats.map(said)).toEqual([expected, expected]);
  });
});

describe('a file that was imported before', () => {
  it.each([
    ['own', () => ownFile()],
    ['ChatGPT', () => [chatGptConversation()]],
    ['llama.cpp', () => [llamaConversation()]],
  ])('is known: %s', (_name, file) => {
    const [first] = read(file()).chats as [WholeChat];
    const [second] = read(file()).chats as [WholeChat];
    const known = new KnownChats([first]);
    expect(known.has(second)).toBe(true);
    const more = message('new', second.messages[0]!.id, { chatId: second.chat.id, createdAt: NOW });
    expect(known.has({ ...second, messages: [...second.messages, more] })).toBe(false);
    expect(
      new KnownChats([{ ...first, messages: [...first.messages, { ...more, parentId: first.messages[0]!.id }] }]).has(
        second,
      ),
    ).toBe(true);
    expect(new KnownChats([]).has(second)).toBe(false);
  });
});

/** Values of every kind, to be put where another is expected. */
const STRANGERS: readonly unknown[] = [undefined, null, true, -1, 1e300, '', 'x', [], [[]], {}, { a: 1 }];

/** Each path in a base with each stranger in its place that is wrong there. */
function mutations(
  name: string,
  base: () => unknown,
  paths: Readonly<Record<string, readonly unknown[]>>,
): [string, unknown][] {
  return Object.entries(paths).flatMap(([path, allowed]) =>
    STRANGERS.filter(
      (value) =>
        !allowed.some(
          (one) => Object.is(one, value) || (Array.isArray(one) && JSON.stringify(one) === JSON.stringify(value)),
        ),
    ).map((value): [string, unknown] => {
      const file = base();
      const steps = path.split('.');
      let at = file as Record<string, unknown>;
      for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
      at[steps.at(-1)!] = value;
      return [`${name}: ${path} = ${JSON.stringify(value)}`, file];
    }),
  );
}

const loop = (first: string, second: string) => {
  const file = llamaConversation();
  file.messages[1]!.parent = first;
  file.messages[2]!.parent = second;
  return [file];
};

const MALFORMED: readonly [string, unknown][] = [
  ...STRANGERS.filter((value) => value !== undefined).map((value): [string, unknown] => [
    `whole file = ${JSON.stringify(value)}`,
    value,
  ]),
  ...mutations('own', ownFile, {
    version: [],
    chats: [[], [[]]],
    folders: [[]],
    'chats.0': [],
    'chats.0.messages': [],
    'chats.0.title': ['', 'x'],
    'chats.0.draft': ['', 'x'],
    'chats.0.pinned': [true],
    'chats.0.createdAt': [],
    'chats.0.leafId': [null],
    'chats.0.folderId': [null],
    'chats.0.messages.1': [],
    'chats.0.messages.1.id': ['x'],
    'chats.0.messages.1.role': [],
    'chats.0.messages.1.parentId': [null],
    'chats.0.messages.1.content': ['', 'x'],
    'chats.0.messages.1.thinking': [undefined],
    'chats.0.messages.1.answer': [null],
    'chats.0.messages.1.answer.model': [],
    'chats.0.messages.1.answer.sampler': [],
    'chats.0.messages.1.answer.sampler.topK': [],
    'chats.0.messages.1.answer.tokens': [[]],
    'chats.0.messages.1.answer.finishReason': [],
    'folders.0': [],
  }),
  ...mutations('ChatGPT', () => [chatGptConversation()], {
    '0.mapping': [],
    '0.title': [undefined, null, '', 'x'],
    '0.current_node': [undefined, null],
    '0.create_time': [undefined, null],
    '0.mapping.q': [],
    '0.mapping.q.message.content': [],
    '0.mapping.q.message.author': [],
    '0.mapping.q.parent': [undefined, null],
  }),
  ...mutations('llama.cpp', () => [llamaConversation()], {
    '0.conv': [],
    '0.conv.name': [undefined, null, '', 'x'],
    '0.conv.currNode': [undefined, null],
    '0.conv.lastModified': [undefined, null],
    '0.messages': [],
    '0.messages.1': [],
    '0.messages.1.id': [],
    '0.messages.1.role': [],
    '0.messages.1.content': ['', 'x'],
    '0.messages.1.parent': [undefined, null, -1, ''],
    '0.messages.1.timestamp': [undefined, null],
  }),
  ['a circle of two', loop('m2', 'm1')],
  ['a circle of one', loop('m1', 'm1')],
  [
    'two of an id',
    [{ ...llamaConversation(), messages: [...llamaConversation().messages, llamaConversation().messages[1]] }],
  ],
];

describe('malformed files', () => {
  it('are many', () => {
    expect(MALFORMED.length).toBeGreaterThanOrEqual(200);
  });

  it.each(MALFORMED)('%s', (_name, file) => {
    let outcome;
    try {
      outcome = read(file);
    } catch (error) {
      expect((error as Error).name).toBe('FileMalformed');
      expect((error as Error).message).toMatch(/: expected .+, got .+\. \S.+\.$/su);
      return;
    }
    expect(outcome.leftOut.length).toBeGreaterThan(0);
    for (const { chat: made, messages } of outcome.chats) {
      const tree = new MessageTree(messages);
      const parents = new Set([null, ...messages.map(({ id }) => id)]);
      expect(messages.every(({ parentId }) => parents.has(parentId))).toBe(true);
      // What a path from each message reaches begins the chat: there is no circle.
      for (const { id } of messages) expect(tree.path(id)[0]!.parentId).toBeNull();
      if (made.leafId === null) expect(messages).toEqual([]);
      else expect(tree.get(made.leafId)).toBeDefined();
      expect(Number.isSafeInteger(made.createdAt) && Number.isSafeInteger(made.changedAt)).toBe(true);
    }
  });

  it('never fail with another error, whatever JSON is in them', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          readText(text);
        } catch (error) {
          expect((error as Error).name).toBe('FileMalformed');
        }
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['half of JSON', '[{"mapping":'],
    ['lines of which one is broken', '{"type":"session"}\n{'],
    ['lines of something else', '{"a":1}\n{"b":2}'],
    ['lists in lists without end', '['.repeat(100_000)],
    ['a message before its session', '{"type":"message"}\n{"type":"session"}'],
  ])('are refused: %s', (_name, text) => {
    expect(() => readText(text)).toThrow(/: expected .+, got .+\. \S.+\.$/su);
  });
});

describe('bounds', () => {
  it('cut a huge text and say so', () => {
    const file = llamaConversation();
    file.messages[1]!.content = 'x'.repeat(IMPORT_LIMITS.text + 1000);
    const { chats, leftOut } = read(file);
    expect(chats[0]!.messages[0]!.content).toHaveLength(IMPORT_LIMITS.text);
    expect(leftOut).toContain('The end of a text of more than 4,194,304 characters');
  });

  it('take a very long chat without recursion, up to a number of messages', () => {
    const messages = Array.from({ length: IMPORT_LIMITS.messagesOfChat + 5 }, (_, index) => ({
      ...llamaConversation().messages[1],
      id: `m${index}`,
      role: index % 2 === 0 ? 'user' : 'assistant',
      parent: index === 0 ? null : `m${index - 1}`,
      extra: [],
    }));
    const { chats, leftOut } = read({ conv: {}, messages });
    expect(chats[0]!.messages).toHaveLength(IMPORT_LIMITS.messagesOfChat);
    expect(leftOut).toEqual(['Messages of a chat after the first 20,000']);
  });

  it('refuse a file that is too large, without reading it', async () => {
    const file = { name: 'big.json', size: 500e6 } as File;
    await expect(unpack(file)).rejects.toThrow('big.json is too large: expected at most 256 MiB, got 477 MiB.');
  });

  it('refuse a zip that unpacks to too much, without unpacking it', async () => {
    const bytes = zipSync({ 'conversations.json': strToU8('[]') });
    // The uncompressed size in the central directory.
    const directory = bytes.findIndex((_, at) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 1);
    new DataView(bytes.buffer).setUint32(directory + 24, 4e9, true);
    await expect(unpack(new File([bytes], 'bomb.zip'))).rejects.toThrow(
      /bomb\.zip is too large: expected at most 512 MiB unpacked/u,
    );
  });

  it('give an entry no more room than its zip says', async () => {
    const bytes = zipSync({ 'conversations.json': new Uint8Array(10_000_000).fill(0x20) });
    const directory = bytes.findIndex((_, at) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 1);
    new DataView(bytes.buffer).setUint32(directory + 24, 10, true);
    expect((await unpack(new File([bytes], 'bomb.zip')))[0]!.text).toBe(' '.repeat(10));
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.slice(0, bytes.length - 30)],
    ['with other bytes inside', (bytes: Uint8Array) => bytes.map((byte, at) => (at > 48 && at < 60 ? 255 : byte))],
  ])('refuse a zip %s', async (_name, damage) => {
    const bytes = damage(zipSync({ 'conversations.json': strToU8(JSON.stringify([chatGptConversation()])) }));
    await expect(unpack(new File([new Uint8Array(bytes)], 'a.zip'))).rejects.toThrow(
      /a\.zip .+: expected .+, got .+\. \S/u,
    );
  });

  it('refuse a zip without chats, and what is no UTF-8', async () => {
    const zip = new File([zipSync({ 'photo.png': new Uint8Array(3) })], 'a.zip');
    await expect(unpack(zip)).rejects.toThrow(
      'a.zip has no chats: expected a conversations.json or other JSON in the zip',
    );
    await expect(unpack(new File([new Uint8Array([0xff, 0xfe])], 'a.json'))).rejects.toThrow('expected text in UTF-8');
  });
});
