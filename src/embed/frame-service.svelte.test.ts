import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatCompletionChunk } from '../../api/chat-types.ts';
import type { EngineApi, GenerateEvent, GenerateResult } from '../../workers/protocol/engine.ts';
import { EngineState } from '../state/engine.svelte.ts';
import { SiteGrants } from '../state/site-grants.svelte.ts';
import { AVAILABLE, loadedModel, result, TOKEN_API } from '../state/testing/samples.ts';
import { storageOf } from '../state/testing/storage.ts';
import { type Arrival, FrameService } from './frame-service.svelte.ts';

const SITE = 'https://example.org';
const OTHER = 'https://example.com';
const ASK = { messages: [{ role: 'user', content: 'Hi' }] };

type Reply = Record<string, unknown> & { kind: string; id: string | null; chunk?: ChatCompletionChunk };

beforeEach(() => {
  vi.stubGlobal('localStorage', storageOf(new Map()));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A running answer that the test goes on with. */
interface Answer {
  readonly say: (text: string) => void;
  readonly end: (ended?: Partial<GenerateResult>) => void;
}

/** A service over an engine whose answers the test makes; `ask` sends as the page around the frame does. */
async function start({ loaded = true }: { loaded?: boolean } = {}) {
  const answers: Answer[] = [];
  let current: Answer | null = null;
  let stops = 0;
  const api: EngineApi = {
    ...TOKEN_API,
    measureBandwidth: () => Promise.resolve(1e9),
    benchmark: () => Promise.resolve(null),
    measuredProducts: () => Promise.resolve([]),
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => Promise.resolve(loadedModel(id)),
    unload: () => Promise.resolve(),
    generate: (_, onEvent: (event: GenerateEvent) => void) =>
      new Promise((resolve) => {
        let text = '';
        const answer = {
          say(more: string) {
            text += more;
            onEvent({ kind: 'text', text: more, tokens: 1 });
          },
          end(ended: Partial<GenerateResult> = {}) {
            current = null;
            resolve(result(text, ended));
          },
        };
        current = answer;
        answers.push(answer);
      }),
    stop() {
      stops++;
      current?.end({ finishReason: 'stopped' });
      return Promise.resolve();
    },
  };
  const engine = new EngineState(
    () => Promise.resolve({ api, sealed: true, end: () => undefined }),
    () => undefined,
  );
  await engine.start();
  if (loaded) await engine.load('a', {});
  const posted: { reply: Reply; to: string }[] = [];
  const around = {
    postMessage: (reply: unknown, to: unknown) => void posted.push({ reply: reply as Reply, to: to as string }),
  };
  const grants = new SiteGrants();
  const service = new FrameService(around, engine, grants);
  const take = (data: unknown, origin = SITE, source: unknown = around): void => {
    service.take({ source, origin, data } as Arrival);
  };
  const ask = (kind: string, id = kind, more: object = {}, origin = SITE): void => {
    take({ freehold: 1, id, kind, ...more }, origin);
  };
  /** What was posted since the last look, and that it went to no other. */
  const told = (to = SITE): Reply[] => {
    const replies = posted.splice(0);
    for (const one of replies) expect(one.to).toBe(to);
    return replies.map(({ reply }) => reply);
  };
  const chat = (id: string, request: object = ASK) => {
    ask('chat', id, { request });
  };
  return { service, engine, grants, ask, chat, take, told, answers, stops: () => stops, posted };
}

/** Lets all that is under way come to rest. */
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('access', () => {
  it('is asked of the person, once for an origin, and kept', async () => {
    const { service, grants, ask, told } = await start();
    ask('request-access', 'one');
    ask('request-access', 'one');
    ask('request-access', 'two');
    expect(told()).toEqual([]);
    expect(service.asked).toBe(SITE);
    service.decide(true);
    expect(service.asked).toBeNull();
    expect(told()).toEqual([
      { freehold: 1, id: 'one', kind: 'access' },
      { freehold: 1, id: 'two', kind: 'access' },
    ]);
    ask('request-access', 'later');
    expect(told()).toEqual([{ freehold: 1, id: 'later', kind: 'access' }]);
    expect(service.asked).toBeNull();
    expect(grants.origins).toEqual([SITE]);
    expect(new SiteGrants().origins).toEqual([SITE]);
  });

  it('is refused for as long as the frame is open, and nothing else is said', async () => {
    const { service, grants, ask, chat, told } = await start();
    ask('request-access');
    service.decide(false);
    const [refusal] = told();
    expect(refusal).toMatchObject({ kind: 'error', error: { code: 'RequestForbidden' } });
    ask('request-access', 'again');
    expect(service.asked).toBeNull();
    expect(told()).toMatchObject([{ id: 'again', kind: 'error' }]);
    ask('status');
    chat('chat');
    await rest();
    expect(told()).toEqual([]);
    expect(grants.origins).toEqual([]);
  });

  it('is each origin’s own', async () => {
    const { service, ask, told, posted } = await start();
    ask('request-access');
    ask('request-access', 'other', {}, OTHER);
    service.decide(true);
    expect(told()).toHaveLength(1);
    expect(service.asked).toBe(OTHER);
    ask('status', 'status', {}, OTHER);
    expect(posted).toEqual([]);
    service.decide(false);
    expect(told(OTHER)).toMatchObject([{ id: 'other', kind: 'error' }]);
  });

  it('is not to be had by another window, nor by an origin without a name', async () => {
    const { service, grants, ask, take, told } = await start();
    grants.allow(SITE);
    const asked = { freehold: 1, id: 'a', kind: 'status' };
    for (const source of [null, {}, globalThis]) take(asked, SITE, source);
    for (const origin of ['null', '', 'file://', 'https://example.org/', 'data:', 'HTTPS://example.org']) {
      take({ freehold: 1, id: 'a', kind: 'request-access' }, origin);
      take(asked, origin);
    }
    expect(told()).toEqual([]);
    expect(service.asked).toBeNull();
    ask('status');
    expect(told()).toHaveLength(1);
  });
});

describe('messages', () => {
  const kinds = fc.oneof(fc.constantFrom('request-access', 'status', 'chat', 'stop', 'embeddings'), fc.string());
  const message = fc.oneof(
    fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true, withSparseArray: true }),
    fc.record(
      {
        freehold: fc.oneof(fc.constant(1), fc.anything()),
        id: fc.oneof(fc.string(), fc.anything()),
        kind: fc.oneof(kinds, fc.anything()),
        request: fc.oneof(
          fc.record({ messages: fc.anything(), stream: fc.boolean() }),
          fc.anything({ withBigInt: true }),
        ),
      },
      { requiredKeys: [] },
    ),
  );

  it('of any kind throw nothing, and an origin that is not allowed hears nothing', async () => {
    const { service, take, told } = await start();
    await fc.assert(
      fc.asyncProperty(message, async (data) => {
        take(data, OTHER);
        await Promise.resolve();
        expect(told()).toEqual([]);
        expect(service.using).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('of any kind throw nothing from an allowed origin, and each gets one end at most', async () => {
    const { grants, take, told, answers } = await start();
    grants.allow(SITE);
    await fc.assert(
      fc.asyncProperty(message, async (data) => {
        const before = answers.length;
        take(data);
        await rest();
        if (answers.length > before) answers.at(-1)!.end();
        await rest();
        const ends = told().filter(({ kind }) => kind !== 'chunk');
        expect(ends.length).toBeLessThanOrEqual(1);
        for (const { kind, error } of ends)
          if (kind === 'error') expect(error).toMatchObject({ message: expect.any(String) as string });
      }),
      { numRuns: 60 },
    );
  });

  it('that cannot be answered are refused by name', async () => {
    const { grants, ask, chat, told } = await start();
    grants.allow(SITE);
    ask('embeddings');
    expect(told()).toMatchObject([
      {
        kind: 'error',
        error: { code: 'SettingInvalid', param: 'kind', message: expect.stringContaining('"embeddings"') as string },
      },
    ]);
    chat('bad', { ...ASK, n: 2 });
    await rest();
    chat('cyclic', { messages: 1n });
    await rest();
    expect(told()).toMatchObject([
      { id: 'bad', kind: 'error', error: { code: 'SettingInvalid', param: 'n' } },
      { id: 'cyclic', kind: 'error', error: { code: 'SettingInvalid' } },
    ]);
  });
});

describe('answers', () => {
  it('are streamed, or come whole', async () => {
    const { service, grants, chat, told, answers } = await start();
    grants.allow(SITE);
    chat('streamed', { ...ASK, stream: true });
    await rest();
    expect(service.using).toBe(SITE);
    answers[0]!.say('Good ');
    await rest();
    const early = told();
    expect(early.map(({ chunk }) => chunk?.choices[0]?.delta.content)).toEqual(['', 'Good ']);
    answers[0]!.say('day');
    answers[0]!.end();
    await rest();
    const late = told();
    expect(late.map(({ kind }) => kind)).toEqual(['chunk', 'chunk', 'done']);
    expect(service.using).toBeNull();
    chat('whole');
    await rest();
    answers[1]!.say('Yes');
    answers[1]!.end();
    await rest();
    expect(told()).toMatchObject([
      { id: 'whole', kind: 'completion', completion: { choices: [{ message: { content: 'Yes' } }] } },
    ]);
  });

  it('are made one at a time, and not without a model', async () => {
    const { grants, chat, ask, told } = await start();
    grants.allow(SITE);
    chat('first');
    await rest();
    chat('second');
    ask('status');
    await rest();
    expect(told()).toMatchObject([
      { id: 'second', kind: 'error', error: { code: 'FileBusy' } },
      { kind: 'status', status: { state: 'busy' } },
    ]);
    const empty = await start({ loaded: false });
    empty.chat('none');
    empty.ask('status');
    await rest();
    expect(empty.told()).toMatchObject([
      { id: 'none', kind: 'error', error: { code: 'NotFound' } },
      { kind: 'status', status: { state: 'none', model: null } },
    ]);
  });

  it('wait for nobody: the person’s own goes first, and ends a site’s', async () => {
    const { engine, grants, chat, told, answers } = await start();
    grants.allow(SITE);
    chat('site', { ...ASK, stream: true });
    await rest();
    answers[0]!.say('one');
    const own = engine.generate({ messages: [], sampler: {} as never }, () => undefined);
    await rest();
    expect(told().at(-1)).toMatchObject({ id: 'site', kind: 'error', error: { code: 'FileBusy' } });
    chat('meanwhile');
    await rest();
    expect(told()).toMatchObject([{ id: 'meanwhile', kind: 'error', error: { code: 'FileBusy' } }]);
    answers[1]!.end();
    await expect(own).resolves.toMatchObject({ finishReason: 'end-of-turn' });
    expect(engine.phase).toBe('ready');
  });

  it('end as the page asks, and as the person does', async () => {
    const { service, grants, ask, chat, told, answers, stops } = await start();
    grants.allow(SITE);
    for (const stream of [true, false]) {
      chat('asked', { ...ASK, stream });
      await rest();
      ask('stop', 'another');
      expect(stops()).toBe(stream ? 0 : 2);
      ask('stop', 'asked');
      await rest();
      expect(told().at(-1)).toMatchObject({ id: 'asked', kind: 'stopped' });
      chat('person', { ...ASK, stream });
      await rest();
      service.stop();
      answers.at(-1)!.say('late');
      await rest();
      expect(told().at(-1)).toMatchObject({ id: 'person', kind: 'error', error: { code: 'RequestForbidden' } });
      expect(service.using).toBeNull();
    }
  });

  it('follow upon one that was stopped, without a wait of the page’s', async () => {
    const { service, grants, ask, chat, told, answers } = await start();
    grants.allow(SITE);
    chat('first', { ...ASK, stream: true });
    await rest();
    answers[0]!.say('one');
    ask('stop', 'first');
    chat('second');
    chat('third');
    ask('stop', 'third');
    chat('fourth');
    await rest();
    expect(service.using).toBe(SITE);
    answers[1]!.say('two');
    answers[1]!.end();
    await rest();
    expect(answers).toHaveLength(2);
    const ends = told().filter(({ kind }) => kind !== 'chunk');
    expect(ends.map(({ id, kind }) => [id, kind])).toEqual([
      ['first', 'stopped'],
      ['third', 'stopped'],
      ['fourth', 'error'],
      ['second', 'completion'],
    ]);
  });

  it('end where access is taken back, with one last word', async () => {
    const { grants, chat, ask, told, answers, stops, posted } = await start();
    grants.allow(SITE);
    chat('a', { ...ASK, stream: true });
    await rest();
    answers[0]!.say('one');
    await rest();
    told();
    grants.remove(SITE);
    answers[0]!.say('two');
    await rest();
    expect(told()).toEqual([{ freehold: 1, id: null, kind: 'revoked' }]);
    expect(stops()).toBe(1);
    chat('b');
    ask('status');
    await rest();
    expect(posted).toEqual([]);
  });
});
