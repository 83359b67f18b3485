/** What a conversation is, as it is kept: a chat, and its messages, each pointing to the one that it follows. Types only. */
import type { AnswerFormat, FinishReason, SamplerSettings } from '../../workers/protocol/engine.ts';
import type { Attachment } from '../attachments/attachment.ts';
import type { Settings } from '../settings/settings.ts';

/** A conversation without its messages: what a list needs to show it. */
export interface Chat {
  readonly id: string;
  /** What a person or a model called it; empty: its first line is its name. */
  readonly title: string;
  /** The beginning of the first thing written, for the list; empty until there is one. */
  readonly firstLine: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When the last message came, in milliseconds since the epoch. */
  readonly changedAt: number;
  readonly folderId: string | null;
  readonly pinned: boolean;
  readonly archived: boolean;
  /** The last message of the branch that is shown; `null` in a chat with none. */
  readonly leafId: string | null;
  /** What is typed and not sent. */
  readonly draft: string;
  /** The preset whose settings hold here; missing in chats of before, `null` for none. */
  readonly presetId?: string | null;
  /** What is set for this chat alone; missing in chats of before, `null` for nothing. */
  readonly settings?: Partial<Settings> | null;
}

/** A named place for chats. */
export interface Folder {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** What a model thought before it answered. */
interface Thought {
  readonly text: string;
  /** `null` where it was cut off by an error or a reload. */
  readonly ms: number | null;
}

/**
 * One message: what a person wrote, or what a model answered. Edits and other answers are messages of their own beside it. A
 * break is where what came before is no longer sent: its content is the summary that is sent in its place, or empty.
 */
export interface Message {
  readonly id: string;
  readonly chatId: string;
  /** The message that it follows; `null` at the beginning of the chat. */
  readonly parentId: string | null;
  readonly role: 'user' | 'assistant' | 'break';
  readonly content: string;
  /** Of a break: the first message before it that is still sent; missing: none is. */
  readonly keepFrom?: string;
  /** What a person attached, in order; such a message may have no words. */
  readonly attachments?: readonly Attachment[];
  readonly thinking?: Thought;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** How an answer came about; `null` for what a person wrote, and for answers of before this was recorded. */
  readonly answer: AnswerRecord | null;
  /** Whether a person changed the model's words. */
  readonly edited?: boolean;
}

/** Why an answer ended; `interrupted`: the page went away under it. */
export type AnswerEnd = FinishReason | 'failed' | 'interrupted';

/** Everything that decided an answer, so that it can be told of and made again. */
export interface AnswerRecord {
  readonly model: {
    readonly name: string;
    /** Of the model's file, lower-case hex; `null` where it is not known. */
    readonly sha256: string | null;
    readonly quantization: string;
  };
  /** Of the chat template's text, lower-case hex. */
  readonly templateSha256: string;
  readonly systemPrompt: string;
  readonly sampler: SamplerSettings;
  readonly stopStrings: readonly string[];
  /** `null`: until the turn or the context ends. */
  readonly maxTokens: number | null;
  /** Whether the model was told to think; `null`: as its template has it. */
  readonly thinking: boolean | null;
  /** How hard it was told to think; `null`: as its template has it. */
  readonly thinkingEffort: string | null;
  /** What it was held to; missing where it was text. */
  readonly format?: AnswerFormat;
  /** Tokens that the context held. */
  readonly contextLength: number;
  /** The adapter, as the browser names it. */
  readonly device: string;
  /** What computed it; missing in what was written before there was more than one. */
  readonly engine?: string;
  readonly finishReason: AnswerEnd;
  /** The answer's ids in this model's vocabulary, thoughts and all; empty where it was broken off. */
  readonly tokens: readonly number[];
  readonly thinkingTokens: number;
  readonly promptTokens: number;
  /** What the answer began with already, when it was continued. */
  readonly prefixTokens: number;
  /** Of prompt and prefix, what was in the cache from before. */
  readonly reusedTokens: number;
  readonly generatedTokens: number;
  readonly prefilledTokens: number;
  readonly prefillMs: number;
  /** From asking to the first token; `null` where none came. */
  readonly firstTokenMs: number | null;
  readonly decodedTokens: number;
  readonly decodeMs: number;
  /** Tokens guessed ahead, and how many of them were right; absent where none was, and in older records. */
  readonly draftedTokens?: number;
  readonly acceptedTokens?: number;
  /** The answer of which this was to be the same again. */
  readonly replayOf?: string;
}
