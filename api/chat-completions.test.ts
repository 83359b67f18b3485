import { describe, expect, it, vi } from 'vitest';
import { modelSummary } from '../src/state/testing/samples.ts';
import type { GenerateResult } from '../workers/protocol/engine.ts';
import { EngineError } from '../workers/protocol/errors.ts';
import type { PlaceLogprobs } from '../workers/protocol/logprobs.ts';
import { ChatCompletions } from './chat-completions.ts';
import type { ChatCompletionChunk } from './chat-types.ts';
import { EngineQueue } from './engine-queue.ts';
import { type Script, scriptedEngine } from '../tools/testing/scripted-engine.ts';

const MESSAGES = [{ role: 'user', content: 'Hi' }] as const;
const TOOLS = [{ type: 'function', function: { name: 'now' } }] as const;
const USAGE = {
  prompt_tokens: 8,
  completion_tokens: 10,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 0 },
};
const ID = expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/) as string;

function start(script: Script, changes: Partial<GenerateResult> = {}) {
  vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_999);
  const engine = scriptedEngine(script, changes);
  return { ...engine, completions: new ChatCompletions(new EngineQueue(engine.api), modelSummary()) };
}

async function all(chunks: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const list: ChatCompletionChunk[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}

/** A place with one other choice. */
function place(text: string, logprob: number): PlaceLogprobs {
  const token = { id: 1, text, bytes: [...new TextEncoder().encode(text)], logprob };
  return { ...token, top: [{ id: 2, text: 'E2', bytes: [0xe2], logprob: -0.5 }] };
}

function toldPlace(token: string, logprob: number) {
  const bytes = [...new TextEncoder().encode(token)];
  return { token, logprob, bytes, top_logprobs: [{ token: 'E2', logprob: -0.5, bytes: [0xe2] }] };
}

describe('chat.completions.create', () => {
  it('gives the whole answer in OpenAI’s shape', async () => {
    const { completions, asked } = start([['Hello', ' there']]);
    expect(await completions.create({ messages: MESSAGES, seed: 1, max_tokens: 3 })).toEqual({
      id: ID,
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'Small',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello there', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: USAGE,
    });
    expect(asked[0]).toMatchObject({ messages: MESSAGES, maxTokens: 3, sampler: { seed: 1 } });
  });

  it('streams what is new, and the usage at the end where it is asked for', async () => {
    const { completions } = start([['Hel', 'lo']], { finishReason: 'max-tokens' });
    const request = { messages: MESSAGES, stream: true, stream_options: { include_usage: true } } as const;
    const chunks = await all(await completions.create(request));
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: ID,
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'Small',
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      usage: null,
    });
    expect(chunks).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'length'),
      { ...chunk({}), choices: [], usage: USAGE },
    ]);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  it('leaves the usage out of chunks where nobody asked for it', async () => {
    const { completions } = start([['a']]);
    const chunks = await all(await completions.create({ messages: MESSAGES, stream: true }));
    expect(chunks).toHaveLength(3);
    for (const chunk of chunks) expect(chunk).not.toHaveProperty('usage');
  });

  it('tells thoughts apart, and only the text’s probabilities', async () => {
    const events = [
      { kind: 'thinking', text: 'Hm', tokens: 1, logprobs: [place('Hm', -3)] },
      { kind: 'text', text: 'a', tokens: 2, logprobs: [place('a', -1)] },
      { kind: 'text', text: 'b', tokens: 3, logprobs: [place('b', -2)] },
    ] as const;
    const { completions, asked } = start([events, events]);
    const request = { messages: MESSAGES, logprobs: true, top_logprobs: 1 } as const;
    const { choices } = await completions.create(request);
    expect(asked[0]).toMatchObject({ topLogprobs: 1 });
    expect(choices[0].message).toEqual({ role: 'assistant', content: 'ab', refusal: null, reasoning_content: 'Hm' });
    expect(choices[0].logprobs).toEqual({ content: [toldPlace('a', -1), toldPlace('b', -2)], refusal: null });
    const chunks = await all(await completions.create({ ...request, stream: true }));
    expect(chunks.map(({ choices: [choice] }) => [choice!.delta, choice!.logprobs])).toEqual([
      [{ role: 'assistant', content: '' }, null],
      [{ reasoning_content: 'Hm' }, null],
      [{ content: 'a' }, { content: [toldPlace('a', -1)], refusal: null }],
      [{ content: 'b' }, { content: [toldPlace('b', -2)], refusal: null }],
      [{}, null],
    ]);
  });

  it('gives calls of tools as calls, where tools were given', async () => {
    const said = ['Let me see.\n<tool', '_call>{"name":"now","argu', 'ments":{"in":"Bern"}}</tool_call>'];
    const { completions, asked } = start([said, said, said]);
    const call = {
      id: expect.stringMatching(/^call_[0-9a-f]{24}$/) as string,
      type: 'function',
      function: { name: 'now', arguments: '{"in":"Bern"}' },
    };
    const { choices } = await completions.create({ messages: MESSAGES, tools: TOOLS });
    expect(asked[0]).toMatchObject({ tools: TOOLS });
    expect(choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: 'Let me see.\n', refusal: null, tool_calls: [call] },
      logprobs: null,
      finish_reason: 'tool_calls',
    });
    const chunks = await all(await completions.create({ messages: MESSAGES, tools: TOOLS, stream: true }));
    expect(chunks.map(({ choices: [choice] }) => [choice!.delta, choice!.finish_reason])).toEqual([
      [{ role: 'assistant', content: '' }, null],
      [{ content: 'Let me see.\n' }, null],
      [{ tool_calls: [{ index: 0, ...call }] }, null],
      [{}, 'tool_calls'],
    ]);
    const plain = await completions.create({ messages: MESSAGES });
    expect(plain.choices[0].message).toEqual({ role: 'assistant', content: said.join(''), refusal: null });
  });

  it('has no content where there is only a call, and a cut answer is no whole one', async () => {
    const only = ['\n<tool_call>{"name":"now"}</tool_call>\n'];
    const whole = await start([only]).completions.create({ messages: MESSAGES, tools: TOOLS });
    expect(whole.choices[0].message.content).toBe(null);
    const cut = start([only], { finishReason: 'context-full' });
    expect((await cut.completions.create({ messages: MESSAGES, tools: TOOLS })).choices[0].finish_reason).toBe(
      'length',
    );
  });

  it('stops the engine when the reader leaves; the next one gets it then', async () => {
    const { completions, stops, asked } = start([['a', 'b', 'c', 'd'], ['next']]);
    const seen: (string | undefined)[] = [];
    for await (const { choices } of await completions.create({ messages: MESSAGES, stream: true })) {
      seen.push(choices[0]!.delta.content);
      if (seen.length === 2) break;
    }
    const next = await completions.create({ messages: MESSAGES });
    expect([seen, stops(), asked.length]).toEqual([['', 'a'], 1, 2]);
    expect(next.choices[0].message.content).toBe('next');
  });

  it('ends a stream quietly by its controller or by a signal, and rejects a whole answer', async () => {
    const { completions, stops } = start([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    const stream = await completions.create({ messages: MESSAGES, stream: true });
    stream.controller.abort();
    expect(await all(stream)).toEqual([]);
    const own = new AbortController();
    const signalled = await completions.create({ messages: MESSAGES, stream: true }, { signal: own.signal });
    for await (const { choices } of signalled) if (choices[0]!.delta.content === 'a') own.abort();
    const late = new AbortController();
    const answer = completions.create({ messages: MESSAGES }, { signal: late.signal });
    await new Promise((resolve) => setTimeout(resolve, 1));
    late.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(stops()).toBeGreaterThanOrEqual(2);
    await expect(completions.create({ messages: MESSAGES }, { signal: late.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('has one answer at a time, in the order of asking; one that is aborted while it waits never begins', async () => {
    const { completions, asked } = start([['first'], ['third']]);
    const controller = new AbortController();
    const first = completions.create({ messages: MESSAGES });
    const second = completions.create({ messages: MESSAGES }, { signal: controller.signal });
    const third = completions.create({ messages: MESSAGES });
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    const texts = (await Promise.all([first, third])).map(({ choices }) => choices[0].message.content);
    expect([texts, asked.length]).toEqual([['first', 'third'], 2]);
  });

  it('carries the engine’s codes, whole and through a stream, and goes on after', async () => {
    const failure = new EngineError('ContextFull', { what: 'It no longer fits' });
    const { completions } = start([failure, failure, ['on']]);
    const expected = {
      name: 'FreeholdError',
      code: 'ContextFull',
      type: 'invalid_request_error',
      param: null,
      message: 'It no longer fits.',
    };
    await expect(completions.create({ messages: MESSAGES })).rejects.toMatchObject(expected);
    await expect(all(await completions.create({ messages: MESSAGES, stream: true }))).rejects.toMatchObject(expected);
    expect((await completions.create({ messages: MESSAGES })).choices[0].message.content).toBe('on');
  });
});
