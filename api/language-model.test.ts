import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ApiProgress } from '../workers/protocol/api.ts';
import { EngineQueue } from './engine-queue.ts';
import { LanguageModelFactory } from './language-model.ts';
import { LOADED, type Script, scriptedEngine } from '../tools/testing/scripted-engine.ts';

// Node has none.
beforeAll(() => {
  vi.stubGlobal(
    'ProgressEvent',
    class extends Event {
      readonly loaded: number;
      constructor(type: string, { loaded }: { loaded: number }) {
        super(type);
        this.loaded = loaded;
      }
    },
  );
});

function start(script: Script = [], progress: readonly ApiProgress[] = []) {
  const engine = scriptedEngine(script, { promptTokens: 8, tokens: [1, 2] });
  const load = vi.fn((onProgress: (progress: ApiProgress) => void) => {
    progress.forEach(onProgress);
    return Promise.resolve({ queue: new EngineQueue(engine.api), loaded: LOADED, end });
  });
  const end = vi.fn();
  const model = new LanguageModelFactory({ availability: () => Promise.resolve('downloadable'), load });
  return { ...engine, model, load, end };
}

async function text(stream: ReadableStream<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

describe('LanguageModel', () => {
  it('loads for the first session, tells how far that is, and is available from then on', async () => {
    const half = { loadedBytes: 1, totalBytes: 2 };
    const { model, load, end } = start(
      [],
      [
        { phase: 'downloading', ...half },
        { phase: 'reading', ...half },
      ],
    );
    expect(await model.availability()).toBe('downloadable');
    expect(await model.availability({ expectedInputs: [{ type: 'image' }] })).toBe('unavailable');
    const told: number[] = [];
    const monitor = (target: EventTarget): void => {
      target.addEventListener('downloadprogress', (event) => told.push((event as ProgressEvent).loaded));
    };
    await Promise.all([model.create({ monitor }), model.create()]);
    await model.create();
    expect([told, load.mock.calls.length]).toEqual([[0.5, 1], 1]);
    expect(await model.availability({ expectedOutputs: [{ type: 'text', languages: ['de'] }] })).toBe('available');
    model.close();
    expect(end).toHaveBeenCalledOnce();
    expect(await model.availability()).toBe('downloadable');
  });

  it('answers in a history of its own, whole and streamed', async () => {
    const thought = { kind: 'thinking', text: 'Hm', tokens: 1 } as const;
    const { model, asked } = start([
      [thought, 'I am ', 'well'],
      ['Yes', '!'],
    ]);
    const session = await model.create({
      initialPrompts: [{ role: 'system', content: [{ type: 'text', value: 'Be brief' }] }],
      temperature: 0.5,
      topK: 3,
      seed: 4,
    });
    expect([session.contextUsage, session.contextWindow, session.temperature, session.topK]).toEqual([12, 64, 0.5, 3]);
    expect(await session.prompt('How are you?')).toBe('I am well');
    expect(session.contextUsage).toBe(10);
    expect(await text(session.promptStreaming([{ role: 'user', content: 'Sure?' }]))).toEqual(['Yes', '!']);
    expect(asked[1]).toEqual({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'How are you?' },
        { role: 'assistant', content: 'I am well', thinking: 'Hm' },
        { role: 'user', content: 'Sure?' },
      ],
      sampler: expect.objectContaining({ temperature: 0.5, topK: 3, seed: 4 }) as object,
    });
  });

  it('clones into two that go their own ways', async () => {
    const { model, asked } = start([['1'], ['2'], ['3']]);
    const session = await model.create();
    await session.prompt('a');
    const clone = await session.clone();
    await Promise.all([session.prompt('b'), clone.prompt('c')]);
    const said = asked.map(({ messages }) => messages.map(({ content }) => content).join(''));
    expect(said).toEqual(['a', 'a1b', 'a1c']);
    expect(clone.contextUsage).toBe(10);
  });

  it('appends, measures, and begins an answer', async () => {
    const { model, asked } = start([['done']]);
    const session = await model.create();
    expect(await session.measureContextUsage('12345')).toBe(9);
    await session.append([{ role: 'user', content: '123' }]);
    expect(session.contextUsage).toBe(7);
    expect(await session.measureInputUsage([{ role: 'assistant', content: '12' }])).toBe(6);
    await session.prompt([{ role: 'assistant', content: 'Well, ', prefix: true }]);
    expect(asked[0]).toMatchObject({ messages: [{ role: 'user', content: '123' }], prefix: { text: 'Well, ' } });
  });

  it('refuses what does not fit, and keeps the history', async () => {
    const { model, asked } = start([['ok']]);
    const session = await model.create();
    await expect(session.append('x'.repeat(60))).rejects.toMatchObject({
      code: 'ContextFull',
      message: /expected fewer than 64 tokens, got 64/,
    });
    await expect(model.create({ initialPrompts: [{ role: 'system', content: 'x'.repeat(70) }] })).rejects.toMatchObject(
      { code: 'ContextFull' },
    );
    await session.prompt('Hi');
    expect(asked[0]!.messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it('stops by a signal or a cancelled stream; the history stays as it was', async () => {
    const { model, asked, stops } = start([['a', 'b', 'c'], ['a', 'b', 'c'], ['end']]);
    const session = await model.create();
    const controller = new AbortController();
    const prompt = session.prompt('Hi', { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    await expect(prompt).rejects.toMatchObject({ name: 'AbortError' });
    for await (const piece of session.promptStreaming('Hi')) if (piece === 'a') break;
    expect(await session.prompt('Hi')).toBe('end');
    expect(asked[2]!.messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(stops()).toBe(2);
  });

  it('refuses everything once destroyed, and ends what runs', async () => {
    const { model } = start([['a', 'b', 'c']]);
    const session = await model.create();
    const running = session.prompt('Hi');
    await new Promise((resolve) => setTimeout(resolve, 1));
    session.destroy();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    const gone = { name: 'InvalidStateError' };
    await expect(session.prompt('Hi')).rejects.toMatchObject(gone);
    await expect(text(session.promptStreaming('Hi'))).rejects.toMatchObject(gone);
    await expect(session.append('Hi')).rejects.toMatchObject(gone);
    await expect(session.clone()).rejects.toMatchObject(gone);
    await expect(session.measureContextUsage('Hi')).rejects.toMatchObject(gone);
  });

  it.each([
    [{ tools: [] }, 'tools'],
    [{ temperature: -1 }, 'temperature'],
    [{ topK: 0 }, 'topK'],
    [{ expectedInputs: [{ type: 'audio' }] }, 'expectedInputs'],
    [
      {
        initialPrompts: [
          { role: 'user', content: 'a' },
          { role: 'system', content: 'b' },
        ],
      },
      'initialPrompts[1].role',
    ],
    [{ initialPrompts: [{ role: 'assistant', content: 'a', prefix: true }] }, 'initialPrompts'],
    [
      { initialPrompts: [{ role: 'user', content: [{ type: 'image', value: '' }] }] },
      'initialPrompts[0].content[0].type',
    ],
  ])('makes no session of %j', async (options, param) => {
    const { model, load } = start();
    await expect(model.create(options as object)).rejects.toMatchObject({ code: 'SettingInvalid', param });
    expect(load).not.toHaveBeenCalled();
  });

  it('refuses a constraint that it cannot hold an answer to, and a prefix in the middle', async () => {
    const session = await start().model.create();
    await expect(session.prompt('a', { responseConstraint: [] })).rejects.toMatchObject({
      param: 'responseConstraint',
    });
    const early = [
      { role: 'assistant', content: 'a', prefix: true },
      { role: 'user', content: 'b' },
    ] as const;
    await expect(session.prompt(early)).rejects.toMatchObject({ param: 'input[0].prefix' });
  });
});
