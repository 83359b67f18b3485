import { describe, expect, it } from 'vitest';
import { DEFAULT_SAMPLER } from '../workers/protocol/engine.ts';
import { readChatRequest } from './chat-request.ts';
import { FreeholdError } from './errors.ts';

const MESSAGES = [{ role: 'user', content: 'Hi' }];

/** The error of a request, which must have one. */
function refusal(request: unknown): Pick<FreeholdError, 'code' | 'type' | 'param' | 'message'> {
  try {
    readChatRequest(request);
  } catch (error) {
    if (error instanceof FreeholdError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a request for an answer', () => {
  it('goes to the engine with all that it says', () => {
    const tool = { type: 'function', function: { name: 'now', parameters: { type: 'object' } } };
    const read = readChatRequest({
      model: 'any',
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
      seed: 5,
      temperature: 0,
      top_p: 0.5,
      top_k: 3,
      min_p: 0.1,
      frequency_penalty: 1,
      presence_penalty: -1,
      max_completion_tokens: 9,
      stop: ['a', 'b'],
      logprobs: true,
      top_logprobs: 2,
      response_format: { type: 'text' },
      tools: [tool],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning_effort: 'low',
      n: 1,
      logit_bias: {},
      user: 'me',
      store: false,
    });
    expect(read).toEqual({
      isStream: true,
      includesUsage: true,
      hasTools: true,
      request: {
        messages: MESSAGES,
        sampler: {
          temperature: 0,
          topP: 0.5,
          topK: 3,
          minP: 0.1,
          frequencyPenalty: 1,
          presencePenalty: -1,
          repetitionPenalty: 1,
          penaltyWindow: 256,
          seed: 5,
        },
        maxTokens: 9,
        stopStrings: ['a', 'b'],
        topLogprobs: 2,
        tools: [tool],
        thinkingEffort: 'low',
      },
    });
  });

  it('takes what is missing or null from the model, then from llama.cpp; the seed is drawn', () => {
    const read = () => readChatRequest({ messages: MESSAGES, top_p: null, tools: null, audio: null }, { topK: 20 });
    const { sampler, ...rest } = read().request;
    expect(rest).toEqual({ messages: MESSAGES });
    expect(sampler).toEqual({ ...DEFAULT_SAMPLER, topK: 20, penaltyWindow: 256, seed: sampler.seed });
    expect(new Set(Array.from({ length: 5 }, () => read().request.sampler.seed)).size).toBeGreaterThan(1);
  });

  it('reads tools that may not be called as none, and the word for no thinking as its switch', () => {
    const tools = [{ type: 'function', function: { name: 'now' } }];
    const { hasTools, request } = readChatRequest({
      messages: MESSAGES,
      tools,
      tool_choice: 'none',
      reasoning_effort: 'none',
      max_tokens: 4,
    });
    expect(hasTools).toBe(false);
    expect(request).toMatchObject({ thinking: false, maxTokens: 4 });
    expect(request).not.toHaveProperty('tools');
  });

  it('reads calls and their results, with the tool’s name', () => {
    const { request } = readChatRequest({
      messages: [
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'Be ' },
            { type: 'text', text: 'brief.' },
          ],
        },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          reasoning_content: 'Hm.',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'now', arguments: '{"in":"Bern"}' } },
            { id: 'c2', type: 'function', function: { name: 'then', arguments: 'half {' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'noon' },
        { role: 'tool', tool_call_id: 'c3', content: '' },
        { role: 'assistant', content: 'Noon.' },
      ],
    });
    expect(request.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'assistant',
        content: null,
        thinking: 'Hm.',
        toolCalls: [
          { id: 'c1', name: 'now', arguments: { in: 'Bern' } },
          { id: 'c2', name: 'then', arguments: 'half {' },
        ],
      },
      { role: 'tool', content: 'noon', toolCallId: 'c1', name: 'now' },
      { role: 'tool', content: '', toolCallId: 'c3' },
      { role: 'assistant', content: 'Noon.' },
    ]);
  });

  it.each([
    [{ type: 'json_object' }, { kind: 'json' }],
    [
      { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'integer' } } },
      { kind: 'schema', schema: '{"type":"integer"}' },
    ],
  ])('has the engine hold the answer to %j', (response_format, format) => {
    expect(
      readChatRequest({ messages: [{ role: 'user', content: 'a' }], response_format } as never, undefined).request,
    ).toMatchObject({ format });
  });

  it.each([
    [{ best_of: 2 }, 'best_of', /"best_of" is not supported: got 2\. Leave it out/],
    [{ n: 2 }, 'n', /expected 1.*got 2/],
    [{ logit_bias: { 5: 1 } }, 'logit_bias', /biases no single tokens/],
    [{ tool_choice: 'required' }, 'tool_choice', /cannot be made to call, got "required"/],
    [{ parallel_tool_calls: false }, 'parallel_tool_calls', /expected true/],
    [{ response_format: { type: 'xml' } }, 'response_format', /not supported.*"json_schema", got "xml"/],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', /an object, got undefined/],
    [
      { response_format: { type: 'json_schema', json_schema: { schema: 1 } } },
      'response_format.json_schema.schema',
      /got 1/,
    ],
    [{ temperature: -1 }, 'temperature', /from 0 to 100, got -1/],
    [{ temperature: 'hot' }, 'temperature', /got "hot"/],
    [{ seed: 1.5 }, 'seed', /a whole number, from 0 to 4294967295, got 1.5/],
    [{ max_tokens: 0 }, 'max_tokens', /1 or more, got 0/],
    [{ max_tokens: 1, max_completion_tokens: 2 }, 'max_tokens', /the same as "max_completion_tokens"/],
    [{ top_logprobs: 3 }, 'top_logprobs', /unless "logprobs" is true/],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs', /from 0 to 20/],
    [{ logprobs: 1 }, 'logprobs', /true or false, got 1/],
    [{ stop: [1] }, 'stop[0]', /a text, got 1/],
    [{ stop: '' }, 'stop[0]', /not empty/],
    [{ stream_options: { include_usage: true } }, 'stream_options', /unless "stream" is true/],
    [{ stream: true, stream_options: { pace: 1 } }, 'stream_options.pace', /not supported/],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0].type', /"function", got "web_search"/],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name', /a text, got undefined/],
    [{ messages: [] }, 'messages', /one message at least/],
    [{ messages: 'Hi' }, 'messages', /a list, got "Hi"/],
    [{ messages: [{ role: 'bard', content: '' }] }, 'messages[0].role', /got "bard"/],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content', /a text, or a list of parts/],
    [{ messages: [{ role: 'user', content: 'a', name: 'b' }] }, 'messages[0].name', /not supported/],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      'messages[0].content[0].type',
      /"text", for models here read nothing else, got "image_url"/,
    ],
    [{ messages: [{ role: 'tool', content: 'a' }] }, 'messages[0].tool_call_id', /a text/],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'b', arguments: {} } }] }] },
      'messages[0].tool_calls[0].function.arguments',
      /a text, got {}/,
    ],
  ])('is refused, by the field: %j', (changes, param, message) => {
    const error = refusal({ messages: MESSAGES, ...changes });
    expect(error).toMatchObject({ code: 'SettingInvalid', type: 'invalid_request_error', param });
    expect(error.message).toMatch(message);
  });

  it('is refused where it is no object', () => {
    expect(refusal(null)).toMatchObject({ param: 'request' });
  });
});
