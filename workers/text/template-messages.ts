/**
 * Messages as chat templates take them: what a page shows of a conversation, and also calls of tools with their results.
 * Templates get the shape of OpenAI's chat API, as `transformers` passes it on; nearly all are written for it.
 */
import type { JsonValue, ToolCall, ToolMessage } from '../protocol/tools.ts';

/** A value that JSON can hold. */
export type TemplateJson = JsonValue;

/** A message of a conversation, with or without tools. */
export type TemplateMessage = ToolMessage;

/** A JSON value with each of its texts, names of members included, rewritten. */
export function mapTexts(value: TemplateJson, rewrite: (text: string) => string): TemplateJson {
  if (typeof value === 'string') return rewrite(value);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item) => mapTexts(item, rewrite));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rewrite(name), mapTexts(item, rewrite)]));
}

function isList(value: TemplateJson): value is readonly TemplateJson[] {
  return Array.isArray(value);
}

/**
 * A message in the shape that templates know, each of its texts rewritten. They name a thought in two ways: most as
 * DeepSeek's API does, gpt-oss in its own; it is given in both.
 */
export function writtenMessage(message: TemplateMessage, rewrite: (text: string) => string): object {
  const { role, content } = message;
  const written = { role, content: content === null ? null : rewrite(content) };
  if (message.role === 'tool') {
    const { toolCallId, name } = message;
    return {
      ...written,
      ...(toolCallId === undefined ? {} : { tool_call_id: rewrite(toolCallId) }),
      ...(name === undefined ? {} : { name: rewrite(name) }),
    };
  }
  const thought = message.thinking === undefined || message.thinking === '' ? null : rewrite(message.thinking);
  return {
    ...written,
    ...(thought === null ? {} : { reasoning_content: thought, thinking: thought }),
    ...('toolCalls' in message ? { tool_calls: message.toolCalls.map((call) => writtenCall(call, rewrite)) } : {}),
  };
}

function writtenCall({ id, name, arguments: values }: ToolCall, rewrite: (text: string) => string): object {
  return {
    type: 'function',
    ...(id === undefined ? {} : { id: rewrite(id) }),
    function: { name: rewrite(name), arguments: mapTexts(values, rewrite) },
  };
}
