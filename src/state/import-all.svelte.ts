/**
 * Takes in every model of a folder, such as an exported library: one after another, each as if it had been chosen by
 * itself. One that is refused does not keep the others out.
 */
import { errorCode } from '../../workers/protocol/errors.ts';
import type { ModelChoice } from '../../workers/protocol/found.ts';
import { missingSentence } from '../lib/choices.ts';
import { explain } from '../lib/explain.ts';
import { newId } from '../lib/new-id.ts';
import type { Offer } from './finder.svelte.ts';
import type { LibraryState } from './library.svelte.ts';

/** What became of a model; `left` where it was stopped before, or could not be asked for any more. */
export interface Taken {
  readonly name: string;
  readonly choice: ModelChoice;
  readonly fate: 'new' | 'here' | 'refused' | 'left';
  /** Why it was refused, as a sentence: an error's own, which is English, or the page's. */
  readonly reason: { readonly text: string; readonly isEnglish: boolean } | null;
}

/** The models of an offer on their way in, as state. */
export class ImportAll {
  /** `null` before it begins. */
  taken = $state.raw<readonly Taken[] | null>(null);
  running = $state(false);
  /** Of the transfer that brings in the one that is being taken. */
  key = $state<string | null>(null);
  readonly #offer: Offer;

  constructor(offer: Offer) {
    this.#offer = offer;
  }

  /** How many models there are, complete or not. */
  get count(): number {
    return this.#offer.models.reduce((sum, { choices }) => sum + choices.length, 0);
  }

  /** Takes them in. Never rejects: what fails is in `taken`. */
  async run(library: Pick<LibraryState, 'add' | 'entries'>): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.taken = [];
    let ended = false;
    for (const model of this.#offer.models) {
      for (const choice of model.choices) {
        const tell = (fate: Taken['fate'], reason: Taken['reason'] = null) => {
          this.taken = [...(this.taken ?? []), { name: model.name, choice, fate, reason }];
        };
        if (ended) tell('left');
        else if (choice.missing.length > 0) tell('refused', { text: missingSentence(choice), isEnglish: false });
        else {
          const before = library.entries;
          const summary = { name: model.name, fileBytes: choice.bytes };
          try {
            const source = this.#offer.sourceOf(model, choice);
            const key = (this.key = newId());
            const entry = await library.add({ source, summary, key, again: null });
            ended = entry === null;
            tell(
              entry === null
                ? 'left'
                : before.some(({ id, state }) => id === entry.id && state === 'complete')
                  ? 'here'
                  : 'new',
            );
          } catch (error) {
            ended = errorCode(error) === 'WorkerFailed';
            tell('refused', { text: explain(error).detail, isEnglish: true });
          }
        }
      }
    }
    this.running = false;
    this.key = null;
  }
}

const madeFor = new WeakMap<Offer, ImportAll>();

/** The one of an offer: it goes on where the card that shows it is made anew. */
export function importOf(offer: Offer): ImportAll {
  const made = madeFor.get(offer) ?? new ImportAll(offer);
  madeFor.set(offer, made);
  return made;
}
