import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineApi, GenerateRequest } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { ChatsInMemory } from '../chats/chat-store.ts';
import { attachment } from '../chats/testing/samples.ts';
import { ChatsState } from './chats.svelte.ts';
import { ConversationState } from './conversation.svelte.ts';
import { EngineState } from './engine.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { AVAILABLE, entry, loadedModel, result, TOKEN_API } from './testing/samples.ts';
import { Undo } from './undo.svelte.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function start(generate: EngineApi['generate'], stop: EngineApi['stop'] = () => Promise.resolve()) {
  const api: EngineApi = {
    ...TOKEN_API,
    measureBandwidth: () => Promise.resolve(1e9),
    benchmark: () => Promise.resolve(null),
    measuredProducts: () => Promise.resolve([]),
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => Promise.resolve(loadedModel(id)),
    unload: () => Promise.resolve(),
    generate,
    stop,
  };
  const connect = () => Promise.resolve({ api, sealed: true, end: () => undefined });
  const engine = new EngineState(connect, () => undefined);
  await engine.start();
  await engine.load('a', {});
  const settings = new SettingsState();
  const store = new ChatsInMemory();
  const chats = new ChatsState(new Undo(), (error) => {
    throw error;
  });
  await chats.start(() => Promise.resolve(store));
  const library = { entries: [entry('a', { sha256: 'cafe' })] };
  const conversation = new ConversationState(chats, engine, library, settings);
  return { engine, settings, chats, store, conversation };
}

/** The branch that a page shows that opens the same store anew. */
async function reload(store: ChatsInMemory) {
  const chats = new ChatsState(new Undo(), () => undefined);
  await chats.start(() => Promise.resolve(store));
  return chats.path;
}

describe('ConversationState', () => {
  it('asks with the whole conversation and keeps the answer with its figures', async () => {
    const requests: GenerateRequest[] = [];
    const { conversation, settings } = await start((request) => {
      requests.push(request);
      return Promise.resolve(result(`answer ${requests.length}`));
    });
    settings.change({ systemPrompt: 'Be brief.', seed: 7, maxTokens: 20, stopStrings: ['END'], presencePenalty: 0.5 });
    await conversation.send('one');
    await conversation.send('two');
    expect(requests[1]).toMatchObject({
      maxTokens: 20,
      stopStrings: ['END'],
      sampler: { seed: 7, presencePenalty: 0.5 },
    });
    expect(requests[1]!.messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'system: Be brief.',
      'user: one',
      'assistant: answer 1',
      'user: two',
    ]);
    expect(conversation.path.at(-1)).toMatchObject({
      role: 'assistant',
      content: 'answer 2',
      answer: {
        model: { name: 'Small', sha256: 'cafe', quantization: 'Q4_0' },
        systemPrompt: 'Be brief.',
        sampler: { seed: 7 },
        stopStrings: ['END'],
        maxTokens: 20,
        contextLength: 512,
        device: 'd',
        generatedTokens: 10,
        decodeMs: 500,
        reusedTokens: 3,
        promptTokens: 8,
        finishReason: 'end-of-turn',
      },
    });
    expect(conversation.answer).toBe(null);
  });

  it('streams, and a reload finds what was there', async () => {
    vi.useFakeTimers();
    let finish: () => void = () => undefined;
    const { conversation, store } = await start((_request, onEvent) => {
      onEvent({ kind: 'prefill', doneTokens: 4, totalTokens: 8, reusedTokens: 0 });
      return new Promise((resolve) => {
        finish = () => {
          resolve(result('Hello'));
        };
        setTimeout(() => {
          onEvent({ kind: 'text', text: 'Hel', tokens: 1 });
        }, 100);
      });
    });
    const sent = conversation.send('hi');
    await vi.advanceTimersByTimeAsync(50);
    expect(conversation.answer).toMatchObject({ text: '', prefill: { doneTokens: 4, totalTokens: 8 } });
    await vi.advanceTimersByTimeAsync(2000);
    expect(conversation.answer).toMatchObject({ text: 'Hel', tokens: 1, prefill: null });
    const reloaded = await reload(store);
    expect(reloaded.map(({ content }) => content)).toEqual(['hi', 'Hel']);
    expect(reloaded[1]?.answer?.finishReason).toBe('interrupted');
    finish();
    await sent;
    vi.useRealTimers();
    expect((await reload(store)).at(-1)?.content).toBe('Hello');
  });

  it('keeps what a model thinks apart from what it says', async () => {
    vi.useFakeTimers();
    const requests: GenerateRequest[] = [];
    let finish: () => void = () => undefined;
    const { conversation, settings, store } = await start((request, onEvent) => {
      requests.push(request);
      onEvent({ kind: 'thinking', text: 'Well', tokens: 1 });
      onEvent({ kind: 'thinking', text: '.\n', tokens: 2 });
      return new Promise((resolve) => {
        finish = () => {
          resolve(result('Hello', { thinking: 'Well.\n', thinkingMs: 1500 }));
        };
      });
    });
    settings.change({ thinking: true });
    const sent = conversation.send('hi');
    await vi.advanceTimersByTimeAsync(1500);
    expect(conversation.answer).toMatchObject({ text: '', thinking: 'Well.\n', tokens: 2, prefill: null });
    expect((await reload(store)).at(-1)).toMatchObject({ content: '', thinking: { text: 'Well.', ms: null } });
    finish();
    await sent;
    expect(conversation.path.at(-1)).toMatchObject({ content: 'Hello', thinking: { text: 'Well.', ms: 1500 } });
    const again = conversation.send('bye');
    await vi.advanceTimersByTimeAsync(1);
    finish();
    await again;
    vi.useRealTimers();
    expect(requests.map(({ thinking }) => thinking)).toEqual([true, true]);
    expect(requests[1]!.messages).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hello', thinking: 'Well.' },
      { role: 'user', content: 'bye' },
    ]);
  });

  it('keeps a thought that came before a failure', async () => {
    const { conversation } = await start((_request, onEvent) => {
      onEvent({ kind: 'thinking', text: 'Well', tokens: 1 });
      return Promise.reject(new EngineError('GpuLost', { what: 'gone' }));
    });
    await expect(conversation.send('hi')).rejects.toMatchObject({ name: 'GpuLost' });
    expect(conversation.path.at(-1)).toMatchObject({ content: '', thinking: { text: 'Well', ms: null } });
  });

  it('keeps the words that came before a failure', async () => {
    const { conversation } = await start((_request, onEvent) => {
      onEvent({ kind: 'text', text: 'Half', tokens: 2 });
      return Promise.reject(new EngineError('GpuLost', { what: 'gone' }));
    });
    await expect(conversation.send('hi')).rejects.toMatchObject({ name: 'GpuLost' });
    expect(conversation.path.at(-1)).toMatchObject({ content: 'Half', answer: { finishReason: 'failed' } });
  });

  it('keeps earlier answers and earlier words as branches', async () => {
    let count = 0;
    const { conversation, chats } = await start(() => Promise.resolve(result(`answer ${++count}`)));
    const shown = () => conversation.path.map(({ content }) => content);
    await conversation.send('one');
    await conversation.send('two');
    await conversation.regenerate(conversation.path.at(-1)!.id);
    expect(shown()).toEqual(['one', 'answer 1', 'two', 'answer 3']);
    const first = conversation.path[0]!;
    await conversation.edit(first.id, 'uno');
    expect(shown()).toEqual(['uno', 'answer 4']);
    expect(chats.tree.siblings(conversation.path[0]!.id).map(({ content }) => content)).toEqual(['one', 'uno']);
    chats.show(first.id);
    expect(shown()).toEqual(['one', 'answer 1', 'two', 'answer 3']);
    chats.show(chats.tree.siblings(conversation.path.at(-1)!.id)[0]!.id);
    expect(shown()).toEqual(['one', 'answer 1', 'two', 'answer 2']);
  });

  it("changes a question without asking, and a model's words with the mark that they were changed", async () => {
    const { conversation } = await start(() => Promise.resolve(result('answer')));
    await conversation.send('one');
    await conversation.edit(conversation.path[1]!.id, 'my answer');
    expect(conversation.path.at(-1)).toMatchObject({ content: 'my answer', edited: true, role: 'assistant' });
    await conversation.edit(conversation.path[0]!.id, 'uno', false);
    expect(conversation.path.map(({ content }) => content)).toEqual(['uno']);
  });

  it('asks with what was attached, also where nothing was written, and keeps it in other words', async () => {
    const requests: GenerateRequest[] = [];
    const { conversation, chats, store } = await start((request) => {
      requests.push(request);
      return Promise.resolve(result('answer'));
    });
    const attachments = [attachment('list.txt', 'milk')];
    await conversation.send('', attachments);
    expect(requests[0]!.messages[0]!.content).toMatch(/list\.txt[^]*milk/);
    expect(chats.list[0]!.firstLine).toBe('list.txt');
    await conversation.edit(conversation.path[0]!.id, 'Shorter');
    expect(requests[1]!.messages[0]!.content).toMatch(/milk[^]*Shorter$/);
    await chats.settled();
    expect((await reload(store))[0]).toMatchObject({ content: 'Shorter', attachments });
  });

  it('goes on with an answer in place, from its tokens, or from its text where it was changed', async () => {
    const requests: GenerateRequest[] = [];
    const answers = [
      result('One', { tokens: [5, 6], finishReason: 'stopped' }),
      result('One two', { tokens: [5, 6, 7] }),
    ];
    const { conversation } = await start((request, onEvent) => {
      requests.push(request);
      onEvent({ kind: 'text', text: ' two', tokens: 1 });
      return Promise.resolve(answers.shift() ?? result('Eins zwei'));
    });
    await conversation.send('count');
    const { id } = conversation.path[1]!;
    await conversation.continue(id);
    expect(requests[1]).toMatchObject({ prefix: { tokens: [5, 6] }, messages: [{ role: 'user', content: 'count' }] });
    expect(conversation.path).toMatchObject([{ content: 'count' }, { id, content: 'One two' }]);
    await conversation.edit(id, 'Eins');
    await conversation.continue(conversation.path[1]!.id);
    expect(requests[2]).toMatchObject({ prefix: { text: 'Eins' } });
    expect(conversation.path[1]).toMatchObject({ content: 'Eins zwei', edited: true });
  });

  it('goes on from another token beside the answer', async () => {
    const requests: GenerateRequest[] = [];
    const { conversation, chats } = await start((request) => {
      requests.push(request);
      return Promise.resolve(result(`answer ${requests.length}`));
    });
    await conversation.send('one');
    const { id } = conversation.path[1]!;
    await conversation.goOnWith(id, [100, 9], { content: 'a b' });
    expect(requests[1]).toMatchObject({ prefix: { tokens: [100, 9] } });
    expect(chats.tree.siblings(id).map(({ content }) => content)).toEqual(['answer 1', 'answer 2']);
  });

  it('makes an answer again with all that decided it', async () => {
    const requests: GenerateRequest[] = [];
    const { conversation, settings } = await start((request) => {
      requests.push(request);
      return Promise.resolve(result('answer'));
    });
    settings.change({ systemPrompt: 'Be brief.', temperature: 0.3 });
    await conversation.send('one');
    settings.change({ systemPrompt: 'Be long.', temperature: 1 });
    const { id } = conversation.path[1]!;
    await conversation.replay(id);
    expect(requests[1]).toEqual(requests[0]);
    expect(conversation.path[1]?.answer).toMatchObject({ replayOf: id, systemPrompt: 'Be brief.' });
  });

  it('has the model name a chat, and keeps the name it has where nothing of use comes', async () => {
    const requests: GenerateRequest[] = [];
    const texts = ['Apples grow.', ' Title: **"Of Apples"**\nmore', '  \n'];
    const { conversation, chats } = await start((request) => {
      requests.push(request);
      return Promise.resolve(result(texts.shift()!));
    });
    await conversation.send('How do apples grow?');
    await conversation.nameChat();
    expect(chats.current?.title).toBe('Of Apples');
    expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(requests[1]).toMatchObject({ thinking: false, sampler: { temperature: 0 } });
    await conversation.nameChat();
    expect(chats.current?.title).toBe('Of Apples');
    expect(conversation.path.length).toBe(2);
  });

  it('leaves an answer as it was where going on with it fails', async () => {
    let fails = false;
    const { conversation } = await start(() =>
      fails ? Promise.reject(new EngineError('ContextFull', { what: 'full' })) : Promise.resolve(result('One')),
    );
    await conversation.send('count');
    const before = conversation.path;
    fails = true;
    await expect(conversation.continue(before[1]!.id)).rejects.toMatchObject({ name: 'ContextFull' });
    expect(conversation.path).toEqual(before);
  });

  it('goes on with an answer while another chat is shown', async () => {
    let finish: () => void = () => undefined;
    const { conversation, chats } = await start(
      () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(result('Hello'));
          };
        }),
    );
    const sent = conversation.send('hi');
    await vi.waitFor(() => {
      expect(conversation.answer).not.toBe(null);
    });
    const asked = chats.currentId!;
    chats.begin();
    expect(conversation.path).toEqual([]);
    finish();
    await sent;
    expect(conversation.path).toEqual([]);
    await chats.open(asked);
    expect(conversation.path.map(({ content }) => content)).toEqual(['hi', 'Hello']);
  });

  it('stops without harm when the answer ends by itself just then', async () => {
    let end: () => void = () => undefined;
    const { conversation } = await start(
      () => new Promise((resolve) => (end = () => resolve(result('Done')))),
      async () => {
        end();
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
    );
    const sent = conversation.send('hi');
    await conversation.stop();
    await sent;
    expect(conversation.path.at(-1)).toMatchObject({ content: 'Done' });
  });

  it('keeps what was said before it was stopped', async () => {
    let end: () => void = () => undefined;
    const { conversation } = await start(
      () =>
        new Promise((resolve) => {
          end = () => {
            resolve(result('Ha', { finishReason: 'stopped', generatedTokens: 1 }));
          };
        }),
      () => {
        end();
        return Promise.resolve();
      },
    );
    const sent = conversation.send('hi');
    await conversation.stop();
    await sent;
    expect(conversation.path.at(-1)).toMatchObject({ content: 'Ha', answer: { finishReason: 'stopped' } });
  });
});
