import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineApi, GenerateRequest } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { ConversationState } from './conversation.svelte.ts';
import { EngineState } from './engine.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { AVAILABLE, loadedModel, result } from './testing/samples.ts';

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
  return { engine, settings, conversation: new ConversationState(engine, settings) };
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
    expect(conversation.turns.at(-1)).toMatchObject({
      role: 'assistant',
      content: 'answer 2',
      stats: {
        generatedTokens: 10,
        tokensPerSecond: 20,
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
    const { conversation } = await start((_request, onEvent) => {
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
    const reloaded = new ConversationState(undefined as never, undefined as never);
    expect(reloaded.turns.map(({ content }) => content)).toEqual(['hi', 'Hel']);
    finish();
    await sent;
    vi.useRealTimers();
    expect(new ConversationState(undefined as never, undefined as never).turns.at(-1)?.content).toBe('Hello');
  });

  it('keeps what a model thinks apart from what it says', async () => {
    vi.useFakeTimers();
    const requests: GenerateRequest[] = [];
    let finish: () => void = () => undefined;
    const { conversation, settings } = await start((request, onEvent) => {
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
    const reloaded = new ConversationState(undefined as never, undefined as never);
    expect(reloaded.turns.at(-1)).toMatchObject({ content: '', thinking: { text: 'Well.', ms: null } });
    finish();
    await sent;
    expect(conversation.turns.at(-1)).toMatchObject({ content: 'Hello', thinking: { text: 'Well.', ms: 1500 } });
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
    expect(conversation.turns.at(-1)).toMatchObject({ content: '', thinking: { text: 'Well', ms: null } });
  });

  it('keeps the words that came before a failure', async () => {
    const { conversation } = await start((_request, onEvent) => {
      onEvent({ kind: 'text', text: 'Half', tokens: 2 });
      return Promise.reject(new EngineError('GpuLost', { what: 'gone' }));
    });
    await expect(conversation.send('hi')).rejects.toMatchObject({ name: 'GpuLost' });
    expect(conversation.turns.at(-1)).toMatchObject({ content: 'Half', stats: { finishReason: 'failed' } });
  });

  it('regenerates the last answer and edits an earlier question', async () => {
    let count = 0;
    const { conversation } = await start(() => Promise.resolve(result(`answer ${++count}`)));
    await conversation.send('one');
    await conversation.send('two');
    await conversation.regenerate();
    expect(conversation.turns.map(({ content }) => content)).toEqual(['one', 'answer 1', 'two', 'answer 3']);
    await conversation.edit(conversation.turns[0]!.id, 'uno');
    expect(conversation.turns.map(({ content }) => content)).toEqual(['uno', 'answer 4']);
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
    expect(conversation.turns.at(-1)).toMatchObject({ content: 'Done' });
  });

  it('stops, then begins anew', async () => {
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
    expect(conversation.turns.at(-1)).toMatchObject({ content: 'Ha', stats: { finishReason: 'stopped' } });
    const again = conversation.regenerate();
    await conversation.clear();
    await again;
    expect(conversation.turns).toEqual([]);
    expect(kept.has('freehold.conversation')).toBe(false);
  });
});
