/** The chat that is open, with its messages, its draft and the branch that is shown. All chats, open or not: `kept-chats`. */
import type { Chat, Folder, Message } from '../chats/chat.ts';
import type { ChatStore } from '../chats/chat-store.ts';
import { newChat } from '../chats/new-chat.ts';
import { chatName } from '../chats/title.ts';
import { MessageTree } from '../chats/tree.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import { m } from '../paraglide/messages.js';
import { type ChatTraits, KeptChats } from './kept-chats.svelte.ts';
import type { Undo } from './undo.svelte.ts';

/** Typing is kept after a pause of this length. */
const DRAFT_MS = 400;

/** What was typed in which chat as the page went away. */
const LEFT = 'left-draft';

/** What a chat has of its own that decides its answers; what is missing stays as it is. */
export type ChatChoices = Pick<Chat, 'presetId' | 'settings'>;

const NO_CHOICES: ChatChoices = { presetId: null, settings: null };

/** The chats as state. Messages and ids that are not there are passed over; writing goes on behind, as `KeptChats` does it. */
export class ChatsState {
  readonly kept: KeptChats;
  /** The open chat's messages. */
  tree = $state.raw(new MessageTree());
  /** The chat that is open; `null` for a new one, which is kept from its first message on. */
  currentId = $state.raw<string | null>(null);
  /** What is typed and not sent in the open chat. */
  draft = $state('');
  /** A message that is to be brought into view. */
  lookedFor = $state.raw<{ readonly messageId: string } | null>(null);
  /** What the new chat will have of its own. */
  #begun = $state.raw<ChatChoices>(NO_CHOICES);

  readonly current = $derived(this.list.find(({ id }) => id === this.currentId) ?? null);
  /** The messages of the branch that is shown, in order. */
  readonly path = $derived(this.tree.path(this.current?.leafId ?? null));

  readonly #undo: Undo;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(undo: Undo, onFailure: (error: unknown) => void) {
    this.#undo = undo;
    this.kept = new KeptChats(undo, onFailure);
  }

  /** Every chat, without its messages. */
  get list(): readonly Chat[] {
    return this.kept.list;
  }

  /** Every folder. */
  get folders(): readonly Folder[] {
    return this.kept.folders;
  }

  /** Whether chats outlive the page; `null` until it is known. */
  get lasts(): boolean | null {
    return this.kept.lasts;
  }

  /** Reads what is kept and opens the chat that was open last. Without this, chats last as long as the page. */
  async start(open: () => Promise<ChatStore>): Promise<void> {
    await this.kept.start(open, () => this.#readAgain());
    const last = readStored('chat');
    if (typeof last === 'string' && this.kept.get(last) !== undefined) await this.open(last);
    else this.draft = readStoredText('draft');
    this.#takeLeft();
  }

  /** Resolves once everything is written. */
  settled(): Promise<void> {
    return this.kept.settled();
  }

  /** Shows a chat; with a message's id, the branch through it, which is then to be brought into view. */
  async open(id: string, messageId: string | null = null): Promise<void> {
    this.keepDraft();
    const messages = await this.kept.messages(id);
    const chat = this.kept.get(id);
    if (chat === undefined) return;
    this.tree = new MessageTree(messages);
    this.currentId = id;
    this.draft = chat.draft;
    this.#begun = NO_CHOICES;
    this.lookedFor = null;
    if (messageId !== null && this.tree.get(messageId) !== undefined) {
      if (!this.path.some((message) => message.id === messageId)) this.show(messageId);
      this.lookedFor = { messageId };
    }
    writeStored('chat', id);
  }

  /** Shows a new, empty chat. */
  begin(): void {
    this.keepDraft();
    this.#forget();
    this.draft = readStoredText('draft');
  }

  /** Keeps what is typed, soon. */
  type(text: string): void {
    this.draft = text;
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => {
      this.keepDraft();
    }, DRAFT_MS);
  }

  /** Keeps what is typed, now. */
  keepDraft(): void {
    clearTimeout(this.#draftTimer);
    const { current, draft } = this;
    if (current === null) writeStored('draft', draft === '' || this.kept.sealed ? null : draft);
    else if (current.draft !== draft) this.kept.put({ ...current, draft });
  }

  /**
   * The page goes away: what is typed is kept at once. A write into the database looks something up first, which a page
   * that ends may not live to see; so it is kept beside it too, where chats are in the clear.
   */
  leave(): void {
    this.keepDraft();
    const { current, draft } = this;
    if (current !== null && !this.kept.sealed) writeStored(LEFT, { chatId: current.id, draft });
  }

  /** What was typed when the page went away, if it was this chat. */
  #takeLeft(): void {
    const left = readStored(LEFT) as { chatId?: unknown; draft?: unknown } | null | undefined;
    writeStored(LEFT, null);
    if (this.current === null || left?.chatId !== this.currentId || typeof left.draft !== 'string') return;
    this.draft = left.draft;
    this.keepDraft();
  }

  /** The open chat; made, with the name of `text`, if it is a new one. */
  ensure(text: string): Chat {
    if (this.current !== null) return this.current;
    const chat: Chat = { ...newChat(text, Date.now()), ...this.#begun };
    this.#begun = NO_CHOICES;
    this.tree = new MessageTree();
    this.kept.put(chat);
    this.currentId = chat.id;
    writeStored('chat', chat.id);
    writeStored('draft', null);
    return chat;
  }

  /** Adds a message to its chat, or puts it in place of the one with its id, and shows the branch that it ends. */
  add(message: Message): void {
    const chat = this.kept.get(message.chatId);
    if (chat === undefined) return;
    if (chat.id === this.currentId) this.tree = this.tree.with(message);
    this.kept.put({ ...chat, leafId: message.id, changedAt: Date.now() }, [message]);
  }

  /** Writes a message that is not finished, without showing it: the page shows it as it comes. */
  keep(message: Message): void {
    this.kept.putMessage(message);
  }

  /** Puts a message in place of the one with its id; the branch that is shown stays. */
  replace(message: Message): void {
    if (this.kept.get(message.chatId) === undefined) return;
    if (message.chatId === this.currentId) this.tree = this.tree.with(message);
    this.keep(message);
  }

  /** Takes out of a chat a message that came to nothing. */
  drop(message: Message): void {
    const chat = this.kept.get(message.chatId);
    if (chat === undefined) return;
    if (chat.id === this.currentId) this.tree = this.tree.without([message.id]);
    const leafId = chat.leafId === message.id ? message.parentId : chat.leafId;
    this.kept.put({ ...chat, leafId }, [], [message.id]);
  }

  /** Shows the branch through a message of the open chat. */
  show(messageId: string): void {
    if (this.current === null) return;
    this.kept.put({ ...this.current, leafId: this.tree.newestLeaf(messageId) });
  }

  /** Deletes a message of the open chat with everything that follows from it; can be undone. */
  removeMessage(messageId: string): void {
    const { current: chat, tree } = this;
    if (chat === null || tree.get(messageId) === undefined) return;
    const removed = tree.branch(messageId);
    const removedIds = removed.map(({ id }) => id);
    this.tree = tree.without(removedIds);
    this.kept.put({ ...chat, leafId: tree.leafBeside(messageId) }, [], removedIds);
    this.#undo.show(m.message_deleted({ count: removed.length }), () => {
      const now = this.kept.get(chat.id);
      if (now === undefined) return;
      if (this.currentId === chat.id) this.tree = this.tree.with(...removed);
      this.kept.put({ ...now, leafId: chat.leafId }, removed);
    });
  }

  /** Takes one message out of the open chat; what followed it then follows the one before. */
  lift(messageId: string): void {
    const { current: chat, tree } = this;
    const message = tree.get(messageId);
    if (chat === null || message === undefined) return;
    const moved = [...tree.messages]
      .filter(({ parentId }) => parentId === messageId)
      .map((below) => ({ ...below, parentId: message.parentId }));
    this.tree = tree.without([messageId]).with(...moved);
    this.kept.put({ ...chat, leafId: chat.leafId === messageId ? message.parentId : chat.leafId }, moved, [messageId]);
  }

  /** Changes a chat's name or place. */
  change(id: string, traits: ChatTraits): void {
    this.kept.change(id, traits);
  }

  /** The open chat's preset and its own settings; a new one's are kept with its first message. */
  get choices(): ChatChoices {
    return this.current ?? this.#begun;
  }

  /** Gives the open chat a preset, or settings of its own. */
  choose(choices: ChatChoices): void {
    if (this.current === null) this.#begun = { ...this.#begun, ...choices };
    else this.change(this.current.id, choices);
  }

  /** Deletes a chat; can be undone. */
  async remove(id: string): Promise<void> {
    const chat = this.kept.get(id);
    if (chat === undefined) return;
    const messages = await this.kept.messages(id);
    this.kept.remove(id);
    const wasOpen = this.currentId === id;
    if (wasOpen) {
      this.#forget();
      this.draft = readStoredText('draft');
    }
    this.#undo.show(m.chats_deleted({ name: chatName(chat) }), async () => {
      this.kept.put(chat, messages);
      if (wasOpen && this.currentId === null) await this.open(id);
    });
  }

  /** Keeps everything in another store from the next write on; nothing changes if `make` rejects. */
  async changeStore(make: () => Promise<ChatStore>): Promise<void> {
    this.keepDraft();
    writeStored(LEFT, null);
    await this.kept.changeStore(make);
    this.keepDraft();
  }

  #forget(): void {
    this.#begun = NO_CHOICES;
    this.tree = new MessageTree();
    this.currentId = null;
    writeStored('chat', null);
  }

  /** Another tab wrote something. What this tab has open stays open, with what is new in it. */
  async #readAgain(): Promise<void> {
    const { currentId } = this;
    if (currentId === null) return;
    if (this.current === null) return this.#forget();
    const messages = await this.kept.messages(currentId);
    if (this.currentId === currentId) this.tree = new MessageTree(messages);
  }
}

function readStoredText(key: string): string {
  const kept = readStored(key);
  return typeof kept === 'string' ? kept : '';
}
