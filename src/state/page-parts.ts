/** Everything that the page shows, by concern, wired together and started. What a person does across concerns: `freehold`. */
import type { EngineApi } from '../../workers/protocol/engine.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import type { DeriveKey } from '../chats/vault/passphrase-key.ts';
import { keptEmber } from '../catalog/ember.ts';
import { m } from '../paraglide/messages.js';
import { Announcements } from './announcements.svelte.ts';
import type { AttachmentsState } from './attachments.svelte.ts';
import { ChatSearchState } from './chat-search.svelte.ts';
import { ChatsState } from './chats.svelte.ts';
import { ContextLimit } from './context-limit.svelte.ts';
import { ConversationState } from './conversation.svelte.ts';
import { DataState } from './data.svelte.ts';
import { DraftAttachments } from './draft-attachments.svelte.ts';
import { EngineState, type Connect } from './engine.svelte.ts';
import type { EngineTurn } from './engine-turn.svelte.ts';
import { Finder } from './finder.svelte.ts';
import { InstallState } from './install.svelte.ts';
import { Intents } from './intents.ts';
import { LanguageState } from './language.svelte.ts';
import { LibraryState } from './library.svelte.ts';
import { NetworkState } from './network.svelte.ts';
import { ModelLoader } from './model-loader.svelte.ts';
import { PreferencesState } from './preferences.svelte.ts';
import { PromptRoom } from './prompt-room.svelte.ts';
import { PromptsState } from './prompts.svelte.ts';
import { Problems, type ProblemAction } from './problems.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import type { Interruption } from './transfers.svelte.ts';
import { Undo } from './undo.svelte.ts';
import { VaultState } from './vault.svelte.ts';

/** The states that `<html data-engine>` shows. */
export type PageState = 'unavailable' | 'none' | 'downloading' | 'loading' | 'ready' | 'generating';

/** The parts, each given what it needs of the others. Their failures are shown, not thrown. */
export class PageParts {
  readonly problems = new Problems();
  readonly language: LanguageState;
  readonly settings = new SettingsState();
  readonly preferences = new PreferencesState();
  readonly engine: EngineState;
  readonly library: LibraryState;
  readonly finder: Finder;
  readonly undo = new Undo();
  readonly announcements = new Announcements();
  readonly chats: ChatsState;
  readonly search: ChatSearchState;
  readonly install = new InstallState();
  readonly network = new NetworkState();
  readonly conversation: ConversationState;
  readonly vault: VaultState;
  readonly data: DataState;
  readonly prompts = new PromptsState();
  readonly draftAttachments = new DraftAttachments();
  readonly room: PromptRoom;
  readonly limit: ContextLimit;

  protected readonly intents: Intents;
  protected readonly loader: ModelLoader;
  #listed: Promise<void> = Promise.resolve();
  #chatsRead: Promise<void> = Promise.resolve();

  constructor(
    connectEngine: Connect<EngineApi>,
    connectLibrary: Connect<LibraryApi>,
    deriveKey: DeriveKey,
    language = new LanguageState([]),
  ) {
    this.language = language;
    const show = (error: unknown) => {
      this.problems.show(error);
    };
    this.engine = new EngineState(connectEngine, (error) => {
      this.turn.release();
      this.problems.show(error, [this.#restartAction()]);
    });
    this.library = new LibraryState(connectLibrary);
    this.finder = new Finder(this.library);
    this.chats = new ChatsState(this.undo, show);
    this.search = new ChatSearchState(this.chats.kept);
    this.conversation = new ConversationState(this.chats, this.engine, this.library, this.settings);
    this.vault = new VaultState(this.chats, deriveKey, show);
    this.data = new DataState(
      this.chats.kept,
      () => this.library.entries,
      deriveKey,
      () => {
        this.settings.reread();
        this.preferences.reread();
        this.prompts.reread();
        this.language.reread();
      },
    );
    this.intents = new Intents(this.problems, this.engine, this.library, () => this.#restartAction());
    this.loader = new ModelLoader({
      engine: this.engine,
      library: this.library,
      settings: this.settings,
      conversation: this.conversation,
      intents: this.intents,
      contextLength: async () => {
        await this.#chatsRead;
        return this.settings.for(this.chats.choices).contextLength;
      },
    });
    this.room = new PromptRoom(this.chats, this.engine, this.settings, () => this.attachments);
    this.limit = new ContextLimit(this.chats, this.engine, this.settings, this.room, () => this.attachments);
  }

  /** What `<html data-engine>` says. Bytes on their way come before a model that is ready, for they lead to the next. */
  get pageState(): PageState {
    const { phase } = this.engine;
    if (phase === 'unavailable' || phase === 'loading' || phase === 'generating') return phase;
    if (this.library.transfers.length > 0 || this.library.repairing !== null) return 'downloading';
    if (this.loader.isLoading) return 'loading';
    return phase === 'ready' ? 'ready' : 'none';
  }

  /** What is attached to the message being written in the open chat. */
  get attachments(): AttachmentsState {
    return this.draftAttachments.of(this.chats.currentId);
  }

  /** Whether an answer can be asked for now. */
  get canAnswer(): boolean {
    return this.engine.phase === 'ready';
  }

  /** The model that was being loaded when the page ended without a word: it is not loaded again unasked. */
  get suspect(): string | null {
    return this.loader.suspect;
  }

  /** Why stored models did not fit when they were last tried, by id. */
  get refused(): Readonly<Record<string, string>> {
    return this.loader.refused;
  }

  /** Whether this tab has the graphics processor. */
  get turn(): EngineTurn {
    return this.loader.turn;
  }

  /** Whether a model goes onto the GPU, from the moment that it is asked for. */
  get isLoading(): boolean {
    return this.loader.isLoading;
  }

  /** Name of the model that is being put onto the GPU. */
  get loadingName(): string {
    return this.loader.loadingName;
  }

  /** The built-in model as it is kept here, or `undefined`; an older one that came with an older page does not count. */
  get ember(): LibraryEntry | undefined {
    return keptEmber(this.library.entries);
  }

  /** Models that were asked for, came, and were not loaded, so as to take away none that is in use. */
  get arrived(): readonly LibraryEntry[] {
    return this.loader.arrived.filter(
      ({ id }) => this.library.complete(id) !== undefined && this.engine.model?.id !== id,
    );
  }

  /** Whether the model on the GPU is the built-in one. */
  get isEmber(): boolean {
    const { ember } = this;
    return ember !== undefined && this.engine.model?.id === ember.id;
  }

  /** Starts both workers and loads the model that was used last. `onChats` hears that the chats are there, before that. */
  async start(onChats: () => void = () => undefined): Promise<void> {
    addEventListener('pagehide', () => {
      this.loader.leave();
      this.chats.leave();
      // While chats are sealed, nothing of them is kept in the clear.
      if (this.vault.phase === 'off' || this.vault.phase === 'none') this.draftAttachments.keepNames();
    });
    this.turn.start();
    this.network.start(() => void this.goOn(this.library.interruptions));
    this.vault.watch(() => this.conversation.answer !== null || this.library.transfers.length > 0);
    this.#chatsRead = this.intents.run(async () => {
      await this.chats.start(() => this.vault.openStore());
      onChats();
    });
    await Promise.all([this.#chatsRead, this.#listLibrary(), this.startEngine()]);
  }

  /** Starts the engine, anew if it had died, and loads the model that was used last. */
  async startEngine(): Promise<void> {
    await this.intents.run(
      async () => {
        await this.engine.start();
        await this.#listed;
        await this.loader.loadLast();
      },
      () => [this.#restartAction()],
    );
  }

  /** Goes on with transfers that were interrupted, and with what was to follow each. Each fails by itself. */
  async goOn(meant: readonly Interruption[]): Promise<void> {
    await Promise.all(meant.map(({ again }) => this.intents.run(async () => void (await again()))));
  }

  /** Reads the store; the page works on without it. */
  async #listLibrary(): Promise<void> {
    this.#listed = this.intents.run(() => this.library.refresh());
    await this.#listed;
  }

  #restartAction(): ProblemAction {
    return { label: m.problems_start_engine, run: () => void this.startEngine() };
  }
}
