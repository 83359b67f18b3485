/** Who is asked before a model goes to another device or comes from one, and told of it: in the library worker the ledger. */
import type { HandOverEnd } from '../protocol/hand-over.ts';

/** A hand-over that is under way. */
export interface HandOverRecord {
  /** Ends it, with the reason. */
  readonly signal: AbortSignal;
  /** So many bytes of the model more. */
  moved(bytes: number): void;
  end(how: HandOverEnd): void;
}

/** Begins a record of a model that is sent or received; rejects where that may not be. */
export type BeginHandOver = (way: 'sent' | 'received', model: string) => Promise<HandOverRecord>;

let begin: BeginHandOver = () =>
  Promise.resolve({ signal: new AbortController().signal, moved: () => undefined, end: () => undefined });

/** Has every hand-over from now on begin with `by`. */
export function recordHandOvers(by: BeginHandOver): void {
  begin = by;
}

/** Begins a hand-over as the recorder wants it. */
export const beginHandOver: BeginHandOver = (...begun) => begin(...begun);
