/**
 * What can be done when a conversation no longer fits the context: a summary in its place, the oldest turns left out, or a new
 * chat that goes on from a summary. Each is a break in the branch, which can be taken back; nothing is cut unasked.
 */
import { EngineError } from '../../workers/protocol/errors.ts';
import { m } from '../paraglide/messages.js';
import { answered, sentAfterBreak, turnStarts } from '../chats/break.ts';
import type { Message } from '../chats/chat.ts';
import { newMessage } from '../chats/new-message.ts';
import { chatName } from '../chats/title.ts';
import { readyItems, type AttachmentsState } from './attachments.svelte.ts';
import { samplerOf } from '../settings/sampler.ts';
import type { ChatsState } from './chats.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { PromptRoom } from './prompt-room.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

/** A summary takes at most this share of the context. */
const SUMMARY_SHARE = 1 / 8;
const LONGEST_SUMMARY = 1024;
/** What is left out must leave this share of the context for the answer and what follows. */
const ROOM_SHARE = 1 / 4;
/** Seams between pieces, for which no count is exact. */
const SPARE_TOKENS = 16;

/** Which turns must go so that what would be sent fits. */
export interface LeavingOut {
  readonly turns: number;
  /** The first message that is still sent; `null`: none. */
  readonly keepFrom: string | null;
}

/** How far a summary is. */
export interface SummaryProgress {
  readonly text: string;
  /** From 1. */
  readonly piece: number;
  readonly pieces: number;
}

/** The choices at the limit. Methods reject as the engine does. */
export class ContextLimit {
  /** The summary in the making. */
  summing = $state.raw<SummaryProgress | null>(null);

  readonly #chats: ChatsState;
  readonly #engine: EngineState;
  readonly #settings: SettingsState;
  readonly #room: PromptRoom;
  readonly #attachments: () => AttachmentsState;
  #stopped = false;

  constructor(
    chats: ChatsState,
    engine: EngineState,
    settings: SettingsState,
    room: PromptRoom,
    attachments: () => AttachmentsState,
  ) {
    this.#chats = chats;
    this.#engine = engine;
    this.#settings = settings;
    this.#room = room;
    this.#attachments = attachments;
  }

  /** Whether something was said that is still sent. */
  get hasEarlier(): boolean {
    return sentAfterBreak(answered(this.#chats.path)).turns.some(({ role }) => role !== 'break');
  }

  /** The fewest of the oldest turns that must go; `null` where what is left does not fit even so. */
  async planLeavingOut(): Promise<LeavingOut | null> {
    const { model } = this.#engine;
    if (model === null) return null;
    const { turns } = sentAfterBreak(answered(this.#chats.path));
    const starts = turnStarts(turns);
    // The first turn goes at least: that is what is asked for.
    let fewest = 1;
    let most = starts.length;
    let found: LeavingOut | null = null;
    while (fewest <= most) {
      const count = (fewest + most) >> 1;
      const keepFrom = turns[starts[count] ?? -1]?.id ?? null;
      if (await this.#fits(keepFrom, model.contextLength)) {
        found = { turns: count, keepFrom };
        most = count - 1;
      } else fewest = count + 1;
    }
    return found;
  }

  /** Leaves out the oldest turns. What was summed up before stays as a summary. */
  leaveOut({ keepFrom }: LeavingOut): void {
    this.#cut(sentAfterBreak(this.#chats.path).lastBreak?.content ?? '', keepFrom);
  }

  /** Puts a summary in the place of everything said so far. */
  compact(summary: string): void {
    this.#cut(summary.trim(), null);
  }

  /** Goes on in a new chat that begins with a summary; what is being written comes along. */
  goOnInNewChat(summary: string): void {
    const { current, draft } = this.#chats;
    if (current === null) return;
    const { ready } = this.#attachments();
    this.#chats.type('');
    this.#attachments().clear();
    this.#chats.begin();
    const begun = this.#chats.draft;
    const chat = this.#chats.ensure(summary);
    this.#chats.change(chat.id, { title: m.composer_chat_continued({ chat: chatName(current) }) });
    this.#chats.add(newBreak(chat.id, null, summary.trim(), null));
    this.#chats.type([draft, begun].filter((text) => text !== '').join('\n\n'));
    this.#attachments().take(readyItems(ready));
  }

  /**
   * Has the model sum up what is sent of the conversation, piece by piece where it does not fit at once. Resolves to what
   * is there if stopped. Rejects with `ContextFull` where the context is too short even for that.
   */
  async summarise(): Promise<string> {
    const { model } = this.#engine;
    if (model === null)
      throw new EngineError('NotFound', { what: 'No model is loaded', remedy: 'Load a model first.' });
    const { contextLength } = model;
    this.#stopped = false;
    const { lastBreak, turns } = sentAfterBreak(answered(this.#chats.path));
    let summary = lastBreak?.content ?? '';
    this.summing = { text: '', piece: 1, pieces: 1 };
    try {
      const { packPieces, summaryPrompt, transcript } = await import('../chats/summary-prompt.ts');
      const maxTokens = Math.min(LONGEST_SUMMARY, Math.floor(contextLength * SUMMARY_SHARE));
      const asked = await this.#engine.countTokens({ messages: [{ role: 'user', content: summaryPrompt(' ', '') }] });
      const notes = Math.max(maxTokens, await this.#engine.countText(summary));
      const budget = contextLength - asked.total - notes - maxTokens - SPARE_TOKENS;
      if (budget < SPARE_TOKENS) {
        throw new EngineError('ContextFull', {
          what: 'The context is too short to sum a conversation up in',
          remedy: 'Raise the context length, or leave out the oldest turns.',
        });
      }
      const pieces = await packPieces(transcript(turns), budget, (text) => this.#engine.countText(text));
      const sampler = samplerOf(this.#settings.for(this.#chats.choices), model.summary.sampling);
      for (const [index, piece] of pieces.entries()) {
        if (this.#stopped) break;
        let text = '';
        const show = () => {
          this.summing = { text, piece: index + 1, pieces: pieces.length };
        };
        show();
        const messages = [{ role: 'user' as const, content: summaryPrompt(summary, piece) }];
        const result = await this.#engine.generate({ messages, thinking: false, sampler, maxTokens }, (event) => {
          if (event.kind !== 'text') return;
          text += event.text;
          show();
        });
        // Half of the notes on a later piece would lose those on the ones before.
        if (result.finishReason !== 'stopped' || index === 0) summary = result.text.trim();
      }
      return summary;
    } finally {
      this.summing = null;
    }
  }

  /** Ends the summary that is being made. */
  async stop(): Promise<void> {
    if (this.summing === null) return;
    this.#stopped = true;
    await this.#engine.stop();
  }

  /** Puts a break behind what is answered; a question that waits for its answer comes after it. */
  #cut(summary: string, keepFrom: string | null): void {
    const { current: chat, path } = this.#chats;
    if (chat === null) return;
    const before = answered(path);
    const waiting = path[before.length];
    const line = newBreak(chat.id, before.at(-1)?.id ?? null, summary, keepFrom);
    this.#chats.add(line);
    if (waiting !== undefined) {
      this.#chats.replace({ ...waiting, parentId: line.id });
      this.#chats.show(waiting.id);
    }
    void this.#room.count();
  }

  async #fits(keepFrom: string | null, contextLength: number): Promise<boolean> {
    const turns = this.#room.turns();
    const { lastBreak } = sentAfterBreak(this.#chats.path);
    const at = answered(this.#chats.path).length;
    const cut = newBreak('', null, lastBreak?.content ?? '', keepFrom);
    const conversation = this.#room.conversation([...turns.slice(0, at), cut, ...turns.slice(at)]);
    if (conversation.messages.every(({ role }) => role !== 'user')) return true;
    const { total } = await this.#engine.countTokens(conversation);
    return contextLength - total >= contextLength * ROOM_SHARE;
  }
}

function newBreak(chatId: string, parentId: string | null, content: string, keepFrom: string | null): Message {
  return {
    ...newMessage(chatId, parentId),
    role: 'break',
    content,
    ...(keepFrom !== null && { keepFrom }),
    answer: null,
  };
}
