/** What page and engine say to each other about tools: what a model may call, its calls, and what they gave back. */
import type { ChatMessage, Conversation, GenerateRequest } from './engine.ts';

/** A value that JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** One call that a model made. */
export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** An object for most templates; some want its JSON as text and refuse an object. */
  readonly arguments: JsonValue;
}

/** An answer that calls tools; its text may be missing. */
interface CallingMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly thinking?: string;
  readonly toolCalls: readonly ToolCall[];
}

/** What a tool gave back. */
interface ResultMessage {
  readonly role: 'tool';
  readonly content: string;
  readonly toolCallId?: string;
  /** The tool's name; some templates want it. */
  readonly name?: string;
}

/** A message of a conversation, with or without tools. */
export type ToolMessage = ChatMessage | CallingMessage | ResultMessage;

/** A conversation in which a model may call tools. */
export interface ToolConversation extends Omit<Conversation, 'messages'> {
  readonly messages: readonly ToolMessage[];
  /** What the model may call, in the form of OpenAI's chat API; a template that knows no tools leaves them out. */
  readonly tools?: readonly JsonValue[];
}

/** A request for one answer, which may be a call of a tool. */
export type ToolRequest = Omit<GenerateRequest, 'messages'> & ToolConversation;
