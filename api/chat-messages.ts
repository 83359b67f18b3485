/** A conversation in OpenAI's shape → as the engine takes it. Refuses parts that are no text: models here read nothing else. */
import type { JsonValue, ToolCall, ToolMessage } from '../workers/protocol/tools.ts';
import { refuseOthers, requireList, requireObject, requireText, wrong } from './checks.ts';

/** Reads all messages. Throws `SettingInvalid`, naming the place. */
export function readMessages(messages: unknown): ToolMessage[] {
  const list = requireList(messages, 'messages');
  if (list.length === 0) throw wrong('messages', 'one message at least', list);
  const toolNames = new Map<string, string>();
  return list.map((message, index) => readMessage(message, `messages[${index}]`, toolNames));
}

function readMessage(value: unknown, field: string, toolNames: Map<string, string>): ToolMessage {
  const message = requireObject(value, field);
  const { role } = message;
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      refuseOthers(message, ['role', 'content'], `${field}.`);
      return { role: role === 'user' ? 'user' : 'system', content: readContent(message.content, `${field}.content`) };
    case 'assistant':
      return readAnswer(message, field, toolNames);
    case 'tool': {
      refuseOthers(message, ['role', 'content', 'tool_call_id'], `${field}.`);
      const toolCallId = requireText(message.tool_call_id, `${field}.tool_call_id`);
      const name = toolNames.get(toolCallId);
      const content = readContent(message.content, `${field}.content`);
      return { role, content, toolCallId, ...(name === undefined ? {} : { name }) };
    }
    default:
      throw wrong(`${field}.role`, '"system", "developer", "user", "assistant" or "tool"', role);
  }
}

function readAnswer(
  message: Readonly<Record<string, unknown>>,
  field: string,
  toolNames: Map<string, string>,
): ToolMessage {
  refuseOthers(message, ['role', 'content', 'reasoning_content', 'tool_calls'], `${field}.`);
  const { content, reasoning_content: thought, tool_calls: calls } = message;
  const thinking =
    thought === undefined || thought === null ? {} : { thinking: requireText(thought, `${field}.reasoning_content`) };
  const text = content === undefined || content === null ? null : readContent(content, `${field}.content`);
  if (calls === undefined || calls === null) return { role: 'assistant', content: text ?? '', ...thinking };
  const toolCalls = requireList(calls, `${field}.tool_calls`).map((call, index) =>
    readCall(call, `${field}.tool_calls[${index}]`),
  );
  for (const { id, name } of toolCalls) toolNames.set(id, name);
  return { role: 'assistant', content: text, ...thinking, toolCalls };
}

function readCall(value: unknown, field: string): ToolCall & { readonly id: string } {
  const { id, function: called } = requireObject(value, field);
  const { name, arguments: written } = requireObject(called, `${field}.function`);
  const text = requireText(written, `${field}.function.arguments`);
  return {
    id: requireText(id, `${field}.id`),
    name: requireText(name, `${field}.function.name`),
    arguments: parsed(text),
  };
}

/** Most templates want an object; what is no JSON goes as the text that it is. */
function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function readContent(content: unknown, field: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw wrong(field, 'a text, or a list of parts of the type "text"', content);
  const parts = content.map((value: unknown, index) => {
    const part = requireObject(value, `${field}[${index}]`);
    if (part.type === 'text') return requireText(part.text, `${field}[${index}].text`);
    throw wrong(`${field}[${index}].type`, '"text", for models here read nothing else', part.type);
  });
  return parts.join('');
}
