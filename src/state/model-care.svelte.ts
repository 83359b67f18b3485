/**
 * What a person knows of the models that are kept and does for them, apart from loading: remarks, checks, mending, and
 * deletions with a way back. It comes when it is first asked for.
 */
import type { AboutModel, CheckOutcome, CheckProgress, Remarks } from '../../workers/protocol/care.ts';
import { errorCode } from '../../workers/protocol/errors.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { visibleLine, visibleText } from '../lib/visible-text.ts';
import { m } from '../paraglide/messages.js';
import type { EngineState } from './engine.svelte.ts';
import type { LibraryState } from './library.svelte.ts';
import type { ModelLoader } from './model-loader.svelte.ts';
import type { Undo } from './undo.svelte.ts';

/** A check that goes on, or what came of the last one. */
export type Check = ({ readonly kind: 'running' } & CheckProgress) | CheckOutcome;

/** What care needs of the page. */
interface Surroundings {
  readonly library: LibraryState;
  readonly engine: Pick<EngineState, 'model'>;
  readonly loader: Pick<ModelLoader, 'load' | 'unload' | 'forget'>;
  readonly undo: Undo;
  /** Shows what went wrong after a person's step had ended. */
  readonly onFailure: (error: unknown) => void;
}

/** Care as state. Methods reject as the library does. */
export class ModelCare {
  /** What is known of each kept model, by id; empty until it is read. */
  abouts = $state.raw<Readonly<Partial<Record<string, AboutModel>>>>({});
  /** The checks of this visit, by the model's id. */
  checks = $state.raw<Readonly<Partial<Record<string, Check>>>>({});

  readonly #page: Surroundings;
  /** The model that is hidden until the offer to bring it back ends. */
  #hidden: string | null = null;
  #deleting: Promise<void> = Promise.resolve();

  constructor(page: Surroundings) {
    this.#page = page;
    page.library.makeRoom = () => this.#makeRoom();
  }

  /** Reads what is known. */
  async refresh(): Promise<void> {
    const abouts = await this.#page.library.ask((api) => api.abouts());
    for (const { id, verifiedAt } of abouts) {
      const known = this.abouts[id];
      // Found whole since, here or elsewhere.
      const mended = known !== undefined && known.verifiedAt !== verifiedAt;
      if (mended && this.checks[id]?.kind === 'damaged') this.#saw(id, null);
    }
    this.abouts = Object.fromEntries(abouts.map((about) => [about.id, about]));
  }

  /** Gives a model a name of a person's own; the file's again for an empty one. */
  async rename({ id, summary }: LibraryEntry, name: string): Promise<void> {
    const line = visibleLine(name);
    await this.#remark(id, { ownName: line === summary.name ? '' : line });
    await this.#page.library.refresh();
  }

  /** Keeps a person's notes about a model. */
  async keepNotes({ id }: LibraryEntry, notes: string): Promise<void> {
    await this.#remark(id, { notes: visibleText(notes).trim() });
  }

  /** Reads all of a model again and compares it with its hashes; what comes of it is in `checks`. */
  async check({ id, storedBytes }: LibraryEntry): Promise<void> {
    const { library } = this.#page;
    this.#saw(id, { kind: 'running', checkedBytes: 0, totalBytes: storedBytes });
    try {
      const outcome = await library.ask((api) =>
        api.check(id, (progress) => {
          // It comes by another way than the outcome, and may be later.
          if (this.checks[id]?.kind === 'running') this.#saw(id, { kind: 'running', ...progress });
        }),
      );
      this.#saw(id, outcome);
      await this.refresh();
    } catch (error) {
      this.#saw(id, null);
      throw error;
    }
  }

  /** Ends a check. */
  async stopCheck(id: string): Promise<void> {
    await this.#page.library.ask((api) => api.stopCheck(id));
  }

  /** Fetches the damaged pieces of a model again; one that is on the GPU is taken off it meanwhile. */
  async repair(entry: LibraryEntry): Promise<void> {
    const { library, engine, loader } = this.#page;
    const wasLoaded = engine.model?.id === entry.id;
    await loader.unload(entry.id);
    await library.repair(entry);
    this.#saw(entry.id, { kind: 'intact' });
    await this.refresh();
    if (wasLoaded) await loader.load(entry);
  }

  /** Deletes a model, taking it off the GPU first; for a while it can be brought back, and its bytes stay as long. */
  async remove(entry: LibraryEntry): Promise<void> {
    const { library, engine, loader, undo } = this.#page;
    const { id } = entry;
    const wasLoaded = engine.model?.id === id;
    await loader.unload(id);
    const hidden = await library
      .ask((api) => api.hide(id))
      .then(
        () => true,
        (error: unknown) => {
          if (errorCode(error) !== 'StorageFull') throw error;
          return false;
        },
      );
    loader.forget(id);
    this.#saw(id, null);
    library.leaveInterrupted(entry.summary);
    // A disk without room for the mark has none for a way back either.
    if (!hidden) return library.remove(id);
    await library.refresh();
    undo.show(
      m.models_deleted({ name: library.nameOf(entry) }),
      async () => {
        this.#hidden = null;
        await library.ask((api) => api.bringBack(id));
        await Promise.all([library.refresh(), this.refresh()]);
        if (wasLoaded) await loader.load(entry);
      },
      () => {
        this.#hidden = null;
        this.#deleting = this.#deleting.then(() => this.#carryOut(id));
      },
    );
    // Only now: an earlier offer has ended with this one's beginning.
    this.#hidden = id;
  }

  /** Before something is brought in: what was deleted gives its room, and a damaged model is free to be written. */
  async #makeRoom(): Promise<void> {
    const { engine, loader, undo } = this.#page;
    if (this.#hidden !== null) undo.dismiss();
    const loadedId = engine.model?.id;
    if (loadedId !== undefined && this.checks[loadedId]?.kind === 'damaged') await loader.unload(loadedId);
    await this.#deleting;
  }

  async #carryOut(id: string): Promise<void> {
    const { library, onFailure } = this.#page;
    try {
      await library.remove(id);
    } catch (error) {
      // A worker that has died since lets the next one delete it.
      if (errorCode(error) !== 'NotFound') onFailure(error);
    }
  }

  async #remark(id: string, remarks: Remarks): Promise<void> {
    await this.#page.library.ask((api) => api.remark(id, remarks));
    await this.refresh();
  }

  #saw(id: string, check: Check | null): void {
    const others = Object.entries(this.checks).filter(([other]) => other !== id);
    this.checks = Object.fromEntries(check === null ? others : [...others, [id, check]]);
  }
}
