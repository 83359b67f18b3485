/** Files to import in which every text is hostile: chats of each kind, backups, presets. And how shown text is compared with it. */
import { strToU8, zipSync } from 'fflate';
import { NAMES, PAYLOADS } from './payloads.ts';

/** A name for each place: the same place always has the same one, and neighbours differ. */
export function nameAt(index: number): string {
  return NAMES[index % NAMES.length]!;
}

/**
 * A text without what the page leaves out of names or shows otherwise: spaces, control and format characters, halves of
 * characters, and the marks that stand for them. What is shown and what was written are alike once both are so.
 */
export function bare(text: string): string {
  return text.normalize('NFC').replace(/[\s\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/gu, '');
}

/** When the first of the chats began. */
const BEGUN = Date.UTC(2026, 0, 1);
/** Chats of a folder each, so that as many folders have a hostile name. */
export const FOLDERS = 100;
/** The last of the messages that a person wrote hold every payload between them. */
export const LONG_CHAT = 'The chat of all payloads';

function answerRecord(index: number): unknown {
  const name = nameAt(index);
  return {
    model: { name, sha256: 'ab'.repeat(32), quantization: name, [name]: name },
    templateSha256: name,
    systemPrompt: name,
    sampler: {
      ...{ temperature: 0.5, topK: 40, topP: 0.9, minP: 0, repetitionPenalty: 1, frequencyPenalty: 0 },
      ...{ presencePenalty: 0, penaltyWindow: 64, seed: 7, [name]: name },
    },
    stopStrings: [name, name],
    ...{ maxTokens: null, thinking: null, thinkingEffort: name, contextLength: 512, device: name },
    finishReason: 'end-of-turn',
    ...{ tokens: [1, 2], thinkingTokens: 2, promptTokens: 3, prefixTokens: 0, reusedTokens: 0, generatedTokens: 2 },
    ...{ prefilledTokens: 3, prefillMs: 1, firstTokenMs: 1, decodedTokens: 1, decodeMs: 1 },
    [name]: name,
  };
}

function ownMessages(
  index: number,
  question: string,
  answer: string,
  parent: string | null,
): Record<string, unknown>[] {
  const [name, other] = [nameAt(index), nameAt(index + 1)];
  const createdAt = BEGUN + index * 60_000;
  return [
    {
      id: `${index} question`,
      ...{ parentId: parent, role: 'user', content: question, createdAt, answer: null, [name]: name },
      attachments: [
        { name, kind: name, text: `${question}\n${name}`, bytes: 7, warnings: [name], [name]: name },
        { name: other, kind: 'html', text: answer, bytes: 8, warnings: [other] },
      ],
    },
    {
      id: `${index} answer`,
      ...{ parentId: `${index} question`, role: 'assistant', content: answer, createdAt: createdAt + 1 },
      thinking: { text: `${name}\n${other}`, ms: 5, [name]: name },
      answer: answerRecord(index),
    },
  ];
}

function ownChat(index: number): Record<string, unknown> {
  const name = nameAt(index);
  const [question, answer] = ownMessages(index, nameAt(index + 2), nameAt(index + 3), null);
  const end = {
    id: `${index} break`,
    parentId: `${index} answer`,
    role: 'break',
    content: name,
    createdAt: BEGUN,
    answer: null,
  };
  return {
    id: name,
    // Every seventh is called by its first line.
    title: index % 7 === 6 ? '' : name,
    firstLine: name,
    createdAt: BEGUN + index * 60_000,
    changedAt: BEGUN + index * 60_000,
    folderId: index < FOLDERS ? `folder ${index}` : null,
    pinned: index % 50 === 49,
    archived: index % 50 === 48,
    leafId: `${index} break`,
    draft: name,
    presetId: name.slice(0, 200),
    settings: {
      systemPrompt: name,
      stopStrings: [name],
      thinkingEffort: name.slice(0, 20),
      temperature: name,
      [name]: name,
    },
    messages: [question, answer, end, { id: name, role: name, content: name }, name],
    [name]: name,
  };
}

/** What a chat of ours is called in the list. */
export function chatNameAt(index: number): string {
  return index % 7 === 6 ? nameAt(index + 2).split('\n')[0]! : nameAt(index);
}

/** One chat in which every payload is said, and every name is a model's, a file's and a thought. */
function longChat(): Record<string, unknown> {
  const turns = Math.ceil(Math.max(PAYLOADS.length / 2, NAMES.length));
  const messages: Record<string, unknown>[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const [question, answer] = [PAYLOADS[(2 * turn) % PAYLOADS.length]!, PAYLOADS[(2 * turn + 1) % PAYLOADS.length]!];
    const index = NAMES.length + turn;
    messages.push(...ownMessages(index, question, answer, turn === 0 ? null : `${index - 1} answer`));
  }
  const createdAt = BEGUN + NAMES.length * 60_000;
  return {
    ...{ id: 'long', title: LONG_CHAT, firstLine: '', createdAt, changedAt: createdAt, folderId: null, draft: '' },
    ...{ pinned: false, archived: false, leafId: messages.at(-1)!.id, messages },
  };
}

const ownChats = {
  format: 'freehold-chats',
  version: 1,
  exportedAt: nameAt(0),
  folders: Array.from({ length: FOLDERS }, (_, index) => ({
    ...{ id: `folder ${index}`, name: nameAt(index), createdAt: 1 },
    [nameAt(index)]: nameAt(index),
  })),
  chats: [...NAMES.map((_, index) => ownChat(index)), longChat()],
};

/** Prompts whose names are as the page keeps them, so that all are taken. */
export const PROMPTS = [
  ...new Map(
    NAMES.map((name) =>
      name
        .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
        .trim()
        .replace(/^\/+/, ''),
    )
      .map((name) => name.trim().replace(/\s+/g, '-').toLowerCase())
      .filter((name) => name !== '')
      .map((name, index) => [name, { name, text: nameAt(index) }]),
  ).values(),
];

/** Presets, as many as a file may have, under names that the format allows. */
export const PRESETS = NAMES.map((name) => name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '').trim())
  .filter((name) => name !== '' && name.length <= 250)
  .slice(0, 490)
  .map((name, index) => ({
    name,
    settings: { systemPrompt: nameAt(index), stopStrings: [nameAt(index)], thinkingEffort: nameAt(index).slice(0, 20) },
  }));

/** A file as Playwright's file chooser takes it. */
export function file(name: string, content: unknown) {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  return { name, mimeType: 'application/json', buffer: Buffer.from(bytes) };
}

/** A backup: all chats of our own, prompts, presets that come twice or pose as built in, and settings that are none. */
export function hostileBackup(): unknown {
  return {
    ...{ format: 'freehold-backup', version: 1, createdAt: nameAt(0), chats: ownChats },
    settings: {
      prompts: [...PROMPTS, ...PROMPTS.slice(0, 5), { name: 'X', text: 1 }],
      presets: [
        { id: 'same', name: 'Twice', settings: { seed: 1 } },
        { id: 'same', name: 'Twice', settings: { seed: 1 } },
        { id: 'built-in-brief', name: 'Posing', settings: { seed: 1 } },
      ],
      preferences: Object.fromEntries(NAMES.map((name) => [name, name])),
      quantize: Object.fromEntries(NAMES.map((name) => [name, name])),
      ...{ lockAfter: nameAt(1), sidebar: nameAt(2) },
      ...Object.fromEntries(NAMES.map((name) => [name, name])),
    },
    models: NAMES.map((name) => ({
      name,
      fileName: name,
      fileBytes: name,
      quantization: name,
      sha256: name,
      origin: name,
    })),
  };
}

/** ChatGPT's export, zipped as it comes: some hundred conversations with a hostile text in each field. */
export function hostileChatGpt(names: readonly string[]): Uint8Array {
  const conversations = names.map((name, index) => {
    const said = (role: string, content: unknown) => ({
      ...{
        author: { role, name, metadata: { [name]: name } },
        content,
        create_time: 1700000000 + index,
        recipient: 'all',
      },
      ...{
        status: name,
        metadata: { model_slug: name, attachments: [{ name, id: name }], citations: [{ url: name }] },
      },
    });
    const node = (id: string, parent: string | null, message: unknown) => ({ id, parent, children: [name], message });
    return {
      ...{ title: name, create_time: 1700000000 + index, update_time: name, current_node: 'answer' },
      ...{ conversation_id: name, gizmo_id: name, default_model_slug: name, [name]: name },
      mapping: {
        question: node(
          'question',
          null,
          said('user', { content_type: 'multimodal_text', parts: [{ content_type: name, asset_pointer: name }, name] }),
        ),
        thought: node(
          'thought',
          'question',
          said('assistant', { content_type: 'thoughts', thoughts: [{ summary: name, content: name }] }),
        ),
        tool: node('tool', 'thought', said(name, { content_type: name, text: name })),
        answer: node('answer', 'tool', said('assistant', { content_type: 'text', parts: [name, { [name]: name }] })),
        [name]: name,
      },
    };
  });
  const text = (value: unknown) => strToU8(JSON.stringify(value));
  return zipSync({ 'conversations.json': text(conversations), [`${names[1]!.slice(0, 99)}.json`]: text(names) });
}

/** llama.cpp's exports: the older form, a list of conversations. */
export function hostileLlama(names: readonly string[]): unknown {
  return names.map((name, index) => ({
    conv: {
      id: name,
      name,
      lastModified: 1750000000000 + index,
      currNode: 'answer',
      mcpServerOverrides: name,
      [name]: name,
    },
    messages: [
      { id: 'root', type: 'root', parent: -1, role: 'system', content: name },
      {
        ...{
          id: 'question',
          convId: name,
          type: 'text',
          timestamp: 1750000000000 + index,
          role: 'user',
          content: name,
        },
        ...{
          parent: 'root',
          children: [name],
          extra: [
            { type: name, name, content: name },
            { type: 'imageFile', name, base64Url: name },
          ],
        },
      },
      {
        ...{
          id: 'answer',
          type: 'text',
          timestamp: 1750000000001 + index,
          role: 'assistant',
          content: name,
          parent: 'question',
        },
        ...{ reasoningContent: name, model: name, timings: { [name]: name }, toolCalls: name },
      },
      { id: name, role: name, content: name, parent: name },
    ],
  }));
}
