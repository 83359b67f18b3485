/** What a person can do that touches more than one concern of the page. Shows failures, never throws. */
import type { QuantizedType } from '../../workers/protocol/engine.ts';
import type { LibraryEntry, ModelSource } from '../../workers/protocol/model.ts';
import type { ExportForm } from '../chats/export/export-file.ts';
import { chatName } from '../chats/title.ts';
import { asksForNewChat, sharedText } from '../lib/launch.ts';
import { keepChoice } from '../lib/make-smaller.ts';
import { type PickedFile, sortFiles } from '../lib/picked-files.ts';
import { saveFile } from '../lib/save-file.ts';
import type { WebRequest } from '../lib/web-source.ts';
import { m } from '../paraglide/messages.js';
import type { Addition } from './library.svelte.ts';
import type { ModelCare } from './model-care.svelte.ts';
import type { ModelIntake } from './model-intake.ts';
import type { Loadable } from './model-loader.svelte.ts';
import { PageParts } from './page-parts.ts';

/** Everything that the page shows, and every intent that crosses concerns. */
export class Freehold extends PageParts {
  /** How many ways to a model are being gone: between two steps of one, nothing has ended. */
  bringing = $state(0);
  #care: ModelCare | null = null;

  /** Looks at files that a person chose, once it is known which. */
  chooseFiles(files: readonly PickedFile[] | Promise<readonly PickedFile[]>): Promise<void> {
    return this.intents.run(async () => this.finder.pick(await files));
  }

  /** Takes what was dropped or opened with the app: a model is looked at, all else is attached to the message being written. */
  takeFiles(files: Promise<readonly PickedFile[]>): Promise<void> {
    const { attachments } = this;
    return this.intents.run(async () => {
      const { model, others } = await sortFiles(await files);
      if (others.length > 0) void attachments.add(others.map(({ file }) => file));
      if (model.length > 0) await this.finder.pick(model);
    });
  }

  /** Looks at an address that a person typed. */
  chooseFromWeb(asked: WebRequest): Promise<void> {
    return this.intents.run(() => this.finder.ask(asked));
  }

  /** Looks at one of the models that there are to choose from. */
  chooseOffered(source: ModelSource): Promise<void> {
    return this.intents.run(() => this.library.inspect(source));
  }

  /** Forgets what was chosen and what there was to choose from. */
  dismissChoice(): void {
    this.library.dismiss();
    this.finder.dismiss();
  }

  /** Holds the transfer of this key, or all. */
  pause(key?: string): Promise<void> {
    return this.intents.run(() => this.library.pause(key));
  }

  /** Says no more of a model that it has come. */
  leaveArrived(id: string): void {
    this.loader.leaveArrived(id);
  }

  /** Ends the load that runs. */
  cancel(): Promise<void> {
    return this.intents.run(() => this.engine.stop());
  }

  /** Ends the answer that is being made. */
  async stopAnswer(): Promise<void> {
    if (this.conversation.answer !== null) await this.intents.run(() => this.conversation.stop());
  }

  /** Puts a text into the clipboard. */
  async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.announcements.say(m.app_said_copied());
  }

  /** Saves a chat as a file; all chats for `null`. */
  exportChats(id: string | null, form: ExportForm, thinking = true): Promise<void> {
    return this.intents.run(async () => {
      const file = await this.data.export(id, form, { thinking });
      if (file !== null) saveFile(file);
    });
  }

  /** Locks the vault, after ending the answer that is being made. */
  async lock(): Promise<void> {
    await this.stopAnswer();
    await this.intents.run(() => this.vault.lock());
  }

  /** Takes what the page was opened with: a text that another app shared, or the wish for a new chat; whether it was. */
  takeLaunch(url: URL): boolean {
    const shared = sharedText(url);
    if (shared === null && !asksForNewChat(url)) return false;
    this.newChat();
    if (shared !== null) this.chats.type(shared);
    return true;
  }

  /** Shows a new chat; an answer that is being made in another goes on. */
  newChat(): void {
    this.problems.dismiss();
    this.chats.begin();
  }

  /** Shows a chat, and in it a message. */
  openChat(id: string, messageId: string | null = null): Promise<void> {
    return this.intents.run(async () => {
      await this.chats.open(id, messageId);
      const { current } = this.chats;
      if (current?.id === id) this.announcements.say(m.chats_opened({ name: chatName(current) }));
    });
  }

  /** Deletes a chat, and ends the answer that is being made in it. */
  removeChat(id: string): Promise<void> {
    return this.intents.run(async () => {
      if (this.conversation.answeringIn === id) await this.conversation.stop();
      await this.chats.remove(id);
    });
  }

  /** Brings back what was deleted last. */
  undoDeletion(): Promise<void> {
    return this.intents.run(async () => {
      if (this.undo.offer === null) return;
      await this.undo.take();
      this.announcements.say(m.app_said_undone());
    });
  }

  /** Looks for words in all chats; `null`: brings what was found up to what is kept. */
  look(query: string | null): Promise<void> {
    return this.intents.run(() => (query === null ? this.search.refresh() : this.search.look(query)));
  }

  /** Keeps the candidate and, with `thenLoad`, puts it onto the GPU; now and later with weights made smaller to `quantize`. */
  async keepCandidate(thenLoad: boolean, quantize: QuantizedType | null = null): Promise<void> {
    const { candidate } = this.library;
    if (candidate === null) return;
    keepChoice(candidate.summary, quantize);
    await this.#bring(async () => {
      this.dismissChoice();
      await (await this.#intake()).keep(candidate, thenLoad);
    });
  }

  /**
   * Loads the model that comes with the page, after storing it like every other where that is not done, and asks it
   * `question`, if there is one.
   */
  async startEmber(question?: string): Promise<void> {
    await this.#bring(async () => (await this.#intake()).startEmber());
    if (question !== undefined && this.isEmber && this.canAnswer)
      await this.talk(() => this.conversation.send(question));
  }

  /** Stores a model that says enough of itself where it is listed, and loads it where one can run. */
  take(model: Addition['summary'] & Pick<Addition, 'source'>): Promise<void> {
    const { source, name, fileBytes } = model;
    const canRun = this.engine.gpu?.kind === 'available';
    return this.#bring(async () => (await this.#intake()).keep({ source, summary: { name, fileBytes } }, canRun));
  }

  /** Goes on with a partial entry and loads it when it is whole. */
  resume(partial: LibraryEntry): Promise<void> {
    return this.#bring(async () => (await this.#intake()).resume(partial));
  }

  /** Keeps in which size a stored model's weights are to be on the GPU; the next load takes it up. */
  chooseSize({ summary }: LibraryEntry, quantize: QuantizedType | null): void {
    keepChoice(summary, quantize);
  }

  /** Puts a stored model, or one from the disk, onto the GPU in place of the one that is there. */
  use(model: Loadable): Promise<void> {
    return this.#bring(() => this.loader.load(model));
  }

  /** Has the graphics processor here instead of in another tab. */
  takeOver(): Promise<void> {
    return this.#bring(() => this.loader.takeOver());
  }

  /** The longer context that the loaded model could be given; `null` where it has all that it was trained for. */
  get longerContext(): number | null {
    const { model } = this.engine;
    if (model === null || model.summary.contextLength <= model.contextLength) return null;
    return Math.min(model.summary.contextLength, 2 * model.contextLength);
  }

  /** Sets a longer context and loads the model with it. */
  async raiseContext(contextLength: number): Promise<void> {
    this.settings.change({ contextLength });
    await this.useAgain();
  }

  /** Loads the model that is there once more, for settings that only a load takes up. */
  async useAgain(): Promise<void> {
    const { last } = this.loader;
    if (last !== null) await this.use(last);
  }

  /** Deletes a stored model, with a way back. */
  remove(entry: LibraryEntry): Promise<void> {
    return this.tend((care) => care.remove(entry));
  }

  /** Does something for the models that are kept. */
  tend(step: (care: ModelCare) => Promise<void>): Promise<void> {
    return this.intents.run(async () => step(await this.care()));
  }

  /** What is known of kept models, and done for them. */
  async care(): Promise<ModelCare> {
    const { ModelCare } = await import('./model-care.svelte.ts');
    const { library, engine, loader, undo, problems } = this;
    return (this.#care ??= new ModelCare({
      library,
      engine,
      loader,
      undo,
      onFailure: (error) => problems.show(error),
    }));
  }

  /** Runs a step of the conversation and shows its failure with a way on. */
  talk(step: () => Promise<void>): Promise<void> {
    const answered = async () => {
      await step();
      this.install.answered();
    };
    return this.intents.run(answered, () =>
      this.engine.phase === 'none'
        ? [{ label: m.problems_start_model, run: () => void this.useAgain() }, ...this.loader.lighter]
        : [],
    );
  }

  async #intake(): Promise<ModelIntake> {
    const { ModelIntake } = await import('./model-intake.ts');
    const { library, engine, loader, conversation, announcements, intents } = this;
    return new ModelIntake({ library, engine, loader, conversation, announcements, intents });
  }

  /** Runs an intent that leads to a model. */
  async #bring(intent: () => Promise<void>): Promise<void> {
    this.bringing++;
    try {
      await this.intents.run(intent);
    } finally {
      this.bringing--;
    }
  }
}
