import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GenerateRequest, LoadOptions } from '../../workers/protocol/engine.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import { ChatsInMemory } from '../chats/chat-store.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';
import { ChatsState } from './chats.svelte.ts';
import { Freehold } from './freehold.svelte.ts';
import { SettingsScope } from './settings-scope.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { AVAILABLE, entry, loadedModel, result, TOKEN_API } from './testing/samples.ts';
import { storageOf } from './testing/storage.ts';
import { Undo } from './undo.svelte.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', storageOf(kept));
  vi.stubGlobal('addEventListener', () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function start() {
  const undo = new Undo();
  const settings = new SettingsState();
  const store = new ChatsInMemory();
  const chats = new ChatsState(undo, (error) => {
    throw error;
  });
  await chats.start(() => Promise.resolve(store));
  return { undo, settings, store, chats, open: () => new SettingsScope(settings, chats, undo) };
}

describe('SettingsScope', () => {
  it('sets for all chats until a chat is meant', async () => {
    const { settings, chats, open } = await start();
    const chat = chats.ensure('one');
    const scope = open();
    scope.change({ temperature: 0.5, seed: 1 });
    expect(settings.current).toMatchObject({ temperature: 0.5, seed: 1 });
    scope.scope = 'chat';
    scope.change({ temperature: 0.1 });
    expect([settings.current.temperature, scope.values.temperature, scope.values.seed]).toEqual([0.5, 0.1, 1]);
    expect(chats.current).toMatchObject({ id: chat.id, settings: { temperature: 0.1 } });
    expect(open().scope).toBe('chat');
    chats.begin();
    expect(open().scope).toBe('all');
    expect(settings.for(chats.choices).temperature).toBe(0.5);
  });

  it('tells where a value comes from, and puts it back one by one', async () => {
    const { settings, chats, open } = await start();
    chats.ensure('one');
    const scope = open();
    scope.scope = 'chat';
    scope.usePreset('built-in-precise');
    scope.change({ topP: 0.7, minP: 0.2 });
    const origins = () => (['topP', 'minP', 'temperature', 'seed'] as const).map((name) => scope.origin(name));
    expect(origins()).toEqual(['chat', 'chat', 'preset', 'all']);
    scope.putBack('topP');
    expect(origins()).toEqual(['preset', 'chat', 'preset', 'all']);
    expect([scope.values.topP, scope.values.minP, settings.current.topP]).toEqual([0.9, 0.2, null]);
    scope.scope = 'all';
    expect(origins()).toEqual(['all', 'all', 'all', 'all']);
  });

  it('keeps what a chat that is not begun yet is to have', async () => {
    const { settings, store, chats, open } = await start();
    const scope = open();
    scope.scope = 'chat';
    scope.usePreset('built-in-brief');
    scope.change({ seed: 3 });
    expect(settings.for(chats.choices)).toMatchObject({ seed: 3, thinking: false });
    const chat = chats.ensure('one');
    await chats.settled();
    expect(await store.chats()).toMatchObject([{ id: chat.id, presetId: 'built-in-brief', settings: { seed: 3 } }]);
    chats.begin();
    expect(chats.choices).toEqual({ presetId: null, settings: null });
  });

  it('makes a preset of what is set, which the chat then has', async () => {
    const { settings, chats, open } = await start();
    settings.change({ seed: 9, topK: 5 });
    chats.ensure('one');
    const scope = open();
    expect(scope.said).toBe('top-k 5 and seed 9');
    scope.scope = 'chat';
    scope.change({ temperature: 0.3, topK: null });
    const mine = scope.keepAsPreset('Mine');
    // Top-k is as a new person has it, and set so on purpose.
    expect(mine.settings).toEqual({ seed: 9, temperature: 0.3, topK: null });
    expect(chats.current).toMatchObject({ presetId: mine.id, settings: null });
    scope.change({ temperature: 0.4 });
    scope.putInto(mine);
    expect(settings.presets.get(mine.id)?.settings).toEqual({ seed: 9, temperature: 0.4, topK: null });
  });

  it('has nothing to keep where nothing is set', async () => {
    expect((await start()).open().said).toBe(null);
  });

  it('undoes what takes something away', async () => {
    const { undo, settings, chats, open } = await start();
    const chat = chats.ensure('one');
    const scope = open();
    scope.change({ seed: 1 });
    const mine = scope.keepAsPreset('Mine');
    scope.reset();
    expect(settings.current.seed).toBe(null);
    await undo.take();
    expect(settings.current.seed).toBe(1);

    scope.useForAll(settings.presets.get('built-in-precise')!);
    expect(settings.current.temperature).toBe(0.2);
    await undo.take();
    expect(settings.current).toEqual({ ...DEFAULT_SETTINGS, seed: 1 });

    scope.scope = 'chat';
    scope.usePreset(mine.id);
    scope.change({ topK: 3 });
    scope.removePreset(mine);
    expect(scope.chatPreset).toBe(null);
    await undo.take();
    expect(scope.chatPreset).toEqual(mine);

    scope.reset();
    expect(chats.current).toMatchObject({ presetId: null, settings: null });
    chats.begin();
    await undo.take();
    expect(chats.list.find(({ id }) => id === chat.id)).toMatchObject({ presetId: mine.id, settings: { topK: 3 } });
  });
});

describe('what a change of settings asks of the engine', () => {
  /** One value for each setting, other than what it begins with. */
  const CHANGED: Settings = {
    systemPrompt: 'Be brief.',
    stopStrings: ['END'],
    temperature: 0.4,
    topK: 7,
    topP: 0.8,
    minP: 0.1,
    repetitionPenalty: 1.1,
    frequencyPenalty: 0.2,
    presencePenalty: 0.3,
    penaltyWindow: 12,
    seed: 5,
    maxTokens: 6,
    contextLength: 128,
    thinking: false,
    thinkingEffort: 'low',
    answerAs: 'grammar',
    answerSchema: '{}',
    answerGrammar: 'root ::= "a"',
  };

  async function page(efforts: readonly string[] = ['low', 'high']) {
    const loads: LoadOptions[] = [];
    const requests: GenerateRequest[] = [];
    const engine = {
      ...TOKEN_API,
      measureBandwidth: () => Promise.resolve(1e9),
      benchmark: () => Promise.resolve(null),
      measuredProducts: () => Promise.resolve([]),
      probe: () => Promise.resolve(AVAILABLE),
      load: (id: string, options: LoadOptions) => {
        loads.push(options);
        const model = loadedModel(id);
        return Promise.resolve({ ...model, chatTemplate: { ...model.chatTemplate, thinkingEfforts: efforts } });
      },
      unload: () => Promise.resolve(),
      generate: (request: GenerateRequest) => {
        requests.push(request);
        return Promise.resolve(result('ok'));
      },
      stop: () => Promise.resolve(),
    };
    const library = { list: () => Promise.resolve([entry('a')]) } as LibraryApi;
    const app = new Freehold(
      () => Promise.resolve({ api: engine, sealed: true, end: () => undefined }),
      () => Promise.resolve({ api: library, sealed: false, end: () => undefined }),
      () => Promise.reject(new Error('no passphrase is asked for here')),
    );
    kept.set('freehold.lastModel', '"a"');
    await app.start();
    return { app, loads, requests, scope: new SettingsScope(app.settings, app.chats, app.undo) };
  }

  it.each(['all', 'chat'] as const)('is never a load, and holds from the next answer on: for %s', async (where) => {
    const { app, loads, requests, scope } = await page();
    await app.conversation.send('one');
    scope.scope = where;
    for (const [name, value] of Object.entries(CHANGED)) scope.change({ [name]: value });
    await app.conversation.send('two');
    expect(loads).toHaveLength(1);
    const { temperature, topK, topP, minP, repetitionPenalty } = CHANGED;
    const { frequencyPenalty, presencePenalty, penaltyWindow, seed } = CHANGED;
    expect(requests[1]).toMatchObject({
      sampler: {
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        penaltyWindow,
        seed,
      },
      stopStrings: ['END'],
      maxTokens: 6,
      thinking: false,
      thinkingEffort: 'low',
    });
    expect(requests[1]!.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });

    app.newChat();
    await app.conversation.send('elsewhere');
    expect(requests[2]!.maxTokens).toBe(where === 'all' ? 6 : undefined);
    expect(loads).toHaveLength(1);
  });

  it('is a context of that length once the model is loaded again', async () => {
    const { app, loads, scope } = await page();
    await app.conversation.send('one');
    scope.scope = 'chat';
    scope.change({ contextLength: 128 });
    await app.useAgain();
    expect(loads.map(({ contextLength }) => contextLength)).toEqual([undefined, 128]);
  });

  it('is no effort that the template does not know', async () => {
    const { app, requests, scope } = await page(['high', 'max']);
    scope.change({ thinkingEffort: 'low' });
    await app.conversation.send('one');
    scope.change({ thinkingEffort: 'max' });
    await app.conversation.send('two');
    expect(requests.map(({ thinkingEffort }) => thinkingEffort)).toEqual([undefined, 'max']);
    expect(app.conversation.path[1]!.answer!.thinkingEffort).toBe(null);
  });
});
