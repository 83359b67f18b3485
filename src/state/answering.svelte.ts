/**
 * The answer in the making: asks the engine for it, shows it as it streams, and puts it into its chat as it comes. One at a
 * time: while something is asked for, nothing else is.
 */
import type { AnswerPrefix, GenerateEvent, GenerateRequest } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { type AnswerSettings, beginRecord, finishRecord, requestOf } from '../chats/answer-record.ts';
import type { AnswerEnd, Message } from '../chats/chat.ts';
import { toEngineMessages } from '../chats/engine-messages.ts';
import { newMessage } from '../chats/new-message.ts';
import type { ChatsState } from './chats.svelte.ts';
import type { EngineState } from './engine.svelte.ts';

/** The page redraws a streaming answer this often, however fast tokens come. */
const REDRAW_MS = 33;
/** A crash loses at most this much of a streaming answer, and what a write takes: a second together. */
const SAVE_MS = 700;

/** What is shown of the answer in the making. */
export interface StreamingAnswer {
  /** The message that it will be. */
  readonly id: string;
  readonly text: string;
  /** What the model thinks before; empty where it does not. */
  readonly thinking: string;
  /** Tokens generated so far. */
  readonly tokens: number;
  /** Since the first of them, in milliseconds. */
  readonly decodingMs: number;
  /** Reading of the prompt; `null` once the first text is there. */
  readonly prefill: { readonly doneTokens: number; readonly totalTokens: number } | null;
}

/** An answer that is to be made. */
export interface AnswerPlan {
  readonly question: Message;
  readonly settings: AnswerSettings;
  /** SHA-256 of the model's file; `null` where it is not known. */
  readonly modelSha256: string | null;
  /** What it begins with, and how that is shown. */
  readonly prefix?: AnswerPrefix;
  readonly begun?: Pick<Message, 'content' | 'thinking'>;
  /** The answer that it goes on with, in its place. */
  readonly inPlaceOf?: Message;
}

/** Answers as state. Methods reject as the engine does; what was written by then stays. */
export class Answering {
  answer = $state.raw<StreamingAnswer | null>(null);
  /** The chat that it is in. */
  chatId = $state.raw<string | null>(null);

  readonly #chats: ChatsState;
  readonly #engine: EngineState;
  #running: Promise<unknown> | null = null;

  constructor(chats: ChatsState, engine: EngineState) {
    this.#chats = chats;
    this.#engine = engine;
  }

  /** Makes an answer; nothing while something else is asked for. */
  async make(plan: AnswerPlan): Promise<void> {
    await this.#alone(() => this.#stream(plan));
  }

  /** The engine's words on something that becomes no message; `null` while something else is asked for. */
  async aside(request: GenerateRequest): Promise<string | null> {
    const result = await this.#alone(() => this.#engine.generate(request, () => undefined));
    return result?.text ?? null;
  }

  /** Ends what is asked for and waits for its end; what is there stays. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    await this.#engine.stop();
    await running.catch(() => undefined);
  }

  async #alone<Result>(ask: () => Promise<Result>): Promise<Result | null> {
    if (this.#running !== null) return null;
    const running = ask();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = null;
    }
  }

  async #stream({ question, settings, modelSha256, prefix, begun, inPlaceOf }: AnswerPlan): Promise<void> {
    const { model, gpu } = this.#engine;
    if (model === null)
      throw new EngineError('NotFound', { what: 'No model is loaded', remedy: 'Load a model first.' });
    const messages = toEngineMessages(settings.systemPrompt, this.#chats.tree.path(question.id));
    const record = beginRecord(settings, model, modelSha256, gpu);
    const message: Message = inPlaceOf ?? {
      ...newMessage(question.chatId, question.id),
      role: 'assistant',
      content: '',
      answer: record,
    };
    const live = {
      text: begun?.content ?? '',
      thinking: begun?.thinking?.text ?? '',
      tokens: 0,
      decodingMs: 0,
      prefill: null as StreamingAnswer['prefill'],
    };
    let firstAt: number | null = null;
    const draw = () => {
      this.answer = { id: message.id, ...live };
    };
    const soFar = (finishReason: AnswerEnd): Message => ({
      ...message,
      ...said(live.text, live.thinking, null),
      answer: { ...record, finishReason, generatedTokens: live.tokens },
    });
    draw();
    this.chatId = message.chatId;
    if (inPlaceOf === undefined) this.#chats.add(message);
    const redraw = setInterval(draw, REDRAW_MS);
    const save = setInterval(() => {
      if (live.tokens > 0) this.#chats.keep(soFar('interrupted'));
    }, SAVE_MS);
    const onEvent = (event: GenerateEvent) => {
      if (event.kind === 'prefill') live.prefill = { doneTokens: event.doneTokens, totalTokens: event.totalTokens };
      else {
        const now = performance.now();
        firstAt ??= now;
        live[event.kind] += event.text;
        live.tokens = event.tokens;
        live.decodingMs = now - firstAt;
        live.prefill = null;
      }
    };
    const request = { messages, ...requestOf(settings), ...(prefix === undefined ? {} : { prefix }) };
    try {
      const result = await this.#engine.generate(request, onEvent);
      const text = said(result.text, result.thinking, result.thinkingMs + (inPlaceOf?.thinking?.ms ?? 0));
      this.#chats.replace({ ...message, ...text, answer: finishRecord(record, result) });
    } catch (error) {
      if (live.tokens > 0) this.#chats.replace(soFar('failed'));
      else if (inPlaceOf === undefined) this.#chats.drop(message);
      throw error;
    } finally {
      clearInterval(redraw);
      clearInterval(save);
      this.answer = null;
      this.chatId = null;
    }
  }
}

/** A model's words, its thought apart where it had one. */
function said(content: string, thinking: string, ms: number | null): Pick<Message, 'content' | 'thinking'> {
  return thinking === '' ? { content } : { content, thinking: { text: thinking.trimEnd(), ms } };
}
