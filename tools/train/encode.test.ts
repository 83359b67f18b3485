/** The trainer's three files hold what the conversations are. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assistant, type Conversation, user } from './corpus/example.ts';
import { encodeConversation } from './chat-template.ts';
import { encodeCorpus } from './encode.ts';
import { trainBpe } from './tokenizer/train-bpe.ts';
import { tokenizerOf } from './train.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freehold-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Every byte is a token, so "Hi" and "Yo" make 25: ⟨user, newline, Hi⟩ and newline, ⟨assistant, newline, Yo⟩ and newline. */
const TOKENIZER = await tokenizerOf(trainBpe(new Map(), 256));
const SHORT: Conversation = [user('Hi'), assistant('Yo')];
const LONGER: Conversation = [user('Hi there'), assistant('Yo'), user('é'), assistant('')];

async function read(name: string): Promise<Buffer> {
  return readFile(join(folder, 'made', name));
}

it('three files hold tokens, what is learnt, and where conversations end', async () => {
  const corpus = await encodeCorpus([SHORT, LONGER], TOKENIZER, 100, join(folder, 'made'));
  const encoded = [SHORT, LONGER].map((conversation) => encodeConversation(conversation, TOKENIZER));
  const ids = encoded.flatMap((one) => [...one.ids]);
  const learn = encoded.flatMap((one) => one.learn.map(Number));
  expect(encoded.map((one) => one.ids.length)).toEqual([25, 54]);
  expect(corpus).toEqual({ conversations: 2, tokens: 79, learnt: 3 + 3 + 1, tooLong: 0 });

  // Little-endian, as the trainer reads them.
  const tokens = await read('tokens.bin');
  expect([...tokens.subarray(0, 6)]).toEqual([1, 1, 0x75, 0, 0x73, 0]); // 257 begins a turn, then "us"
  expect(Array.from({ length: tokens.length / 2 }, (_, i) => tokens.readUInt16LE(i * 2))).toEqual(ids);
  expect([...(await read('learn.bin'))]).toEqual(learn);
  expect([...(await read('ends.bin'))]).toEqual([25, 0, 0, 0, 79, 0, 0, 0]);
});

it('what does not fit the context is left out and counted', async () => {
  const corpus = await encodeCorpus([LONGER, SHORT, LONGER, SHORT], TOKENIZER, 25, join(folder, 'made'));
  expect(corpus).toEqual({ conversations: 2, tokens: 50, learnt: 6, tooLong: 2 });
  expect((await read('tokens.bin')).length).toBe(100);
  expect([...(await read('ends.bin'))]).toEqual([25, 0, 0, 0, 50, 0, 0, 0]);
  expect((await encodeCorpus([SHORT], TOKENIZER, 24, join(folder, 'made'))).tooLong).toBe(1);
});

it('a corpus of nothing makes three empty files', async () => {
  expect(await encodeCorpus([], TOKENIZER, 25, join(folder, 'made'))).toEqual({
    conversations: 0,
    tokens: 0,
    learnt: 0,
    tooLong: 0,
  });
  for (const name of ['tokens.bin', 'learn.bin', 'ends.bin']) expect((await read(name)).length).toBe(0);
});
