/** How much of the context is taken by what would be sent now. Counts after a pause in typing, and at once when asked. */
import type { Conversation } from '../../workers/protocol/engine.ts';
import type { Attachment } from '../attachments/attachment.ts';
import { withAttachments } from '../attachments/with-attachments.ts';
import { sentAfterBreak } from '../chats/break.ts';
import { type EngineTurn, toEngineMessages } from '../chats/engine-messages.ts';
import { shareOut, type TokenShares } from '../chats/token-shares.ts';
import type { AttachmentsState } from './attachments.svelte.ts';
import type { ChatsState } from './chats.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

/** A count follows typing after a pause of this length. */
const PAUSE_MS = 300;

/** No message has this id. */
const DRAFT_ID = '';

/** The room in the context as state. */
export class PromptRoom {
  /** Of what would be sent now, as last counted; `null` where no model is there, or it cannot count. */
  shares = $state.raw<TokenShares | null>(null);
  /** What the draft takes with its attachments. */
  draftTokens = $state(0);
  /** Whether something has changed that is not counted yet. */
  isCounting = $state(false);

  readonly #chats: ChatsState;
  readonly #engine: EngineState;
  readonly #settings: SettingsState;
  readonly #attachments: () => AttachmentsState;
  /** Tokens of attachments under one model: they are long, and do not change. */
  readonly #counted = new WeakMap<Attachment, { readonly modelId: string; readonly tokens: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest = 0;

  constructor(chats: ChatsState, engine: EngineState, settings: SettingsState, attachments: () => AttachmentsState) {
    this.#chats = chats;
    this.#engine = engine;
    this.#settings = settings;
    this.#attachments = attachments;
  }

  /** Follows what would be sent, as an effect: reads all that decides it, and counts soon. */
  follow(): void {
    const { model } = this.#engine;
    if (this.turns().at(-1)?.id !== DRAFT_ID) this.draftTokens = 0;
    void this.#settings.for(this.#chats.choices);
    clearTimeout(this.#timer);
    if (model === null) {
      this.#latest++;
      this.shares = null;
      return;
    }
    this.isCounting = true;
    this.#timer = setTimeout(() => void this.count(), PAUSE_MS);
  }

  /** What would be sent now: the branch that is shown, and the draft behind it. */
  turns(): EngineTurn[] {
    const { path, draft } = this.#chats;
    const attachments = this.#attachments().ready;
    if (draft.trim() === '' && attachments.length === 0) return [...path];
    return [...path, { id: DRAFT_ID, role: 'user', content: draft, attachments }];
  }

  /** These turns as the engine would be asked with them. */
  conversation(turns: readonly EngineTurn[]): Conversation {
    const { systemPrompt, thinking } = this.#settings.for(this.#chats.choices);
    const messages = toEngineMessages(systemPrompt, turns);
    return { messages, ...(thinking !== null && { thinking }) };
  }

  /** Counts what would be sent, now. */
  async count(): Promise<TokenShares | null> {
    clearTimeout(this.#timer);
    const { model } = this.#engine;
    const asked = ++this.#latest;
    if (model === null) return null;
    const turns = this.turns();
    const { draft } = this.#chats;
    const drafted = this.#attachments().ready;
    try {
      const conversation = this.conversation(turns);
      const inDraft = await this.#countAttachments(drafted, model.id);
      const inAll = await this.#countAttachments(sentAttachments(turns), model.id);
      const words = draft.trim() === '' ? 0 : await this.#engine.countText(draft);
      // Some templates refuse a conversation in which nobody has asked.
      const counts = conversation.messages.some(({ role }) => role === 'user')
        ? await this.#engine.countTokens(conversation)
        : await this.#countAlone(conversation);
      const shares = shareOut(counts, conversation.messages, { attachments: inAll, draft: words }, model.contextLength);
      if (asked === this.#latest) {
        this.shares = shares;
        this.draftTokens = inDraft + words;
      }
      return shares;
    } catch {
      // What is wrong with a conversation is said where it is answered.
      if (asked === this.#latest) this.shares = null;
      return null;
    } finally {
      if (asked === this.#latest) this.isCounting = false;
    }
  }

  async #countAlone({ messages }: Conversation) {
    const counts = await Promise.all(messages.map(({ content }) => this.#engine.countText(content)));
    return { total: counts.reduce((sum, count) => sum + count, 0), messages: counts, template: 0 };
  }

  async #countAttachments(attachments: readonly Attachment[], modelId: string): Promise<number> {
    let sum = 0;
    for (const attachment of attachments) {
      let known = this.#counted.get(attachment);
      if (known?.modelId !== modelId) {
        known = { modelId, tokens: await this.#engine.countText(withAttachments('', [attachment])) };
        this.#counted.set(attachment, known);
      }
      sum += known.tokens;
    }
    return sum;
  }
}

function sentAttachments(turns: readonly EngineTurn[]): Attachment[] {
  return sentAfterBreak(turns).turns.flatMap(({ attachments = [] }) => attachments);
}
