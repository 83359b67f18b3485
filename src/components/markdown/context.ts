/** What every part of a drawn answer may ask of the whole. */
import { createContext } from 'svelte';
import type { Definition } from 'mdast';
import type { Address } from '../../markdown/address.ts';

/** The whole answer. */
export interface AnswerContext {
  definition(identifier: string): Definition | undefined;
  /** A footnote's number, from 1; `null` where it is not written. */
  footnoteNumber(identifier: string): number | null;
  /** Asks the person whether to open an address. */
  askToOpen(address: Address): void;
  /** Takes the reader to a footnote, and remembers where from. */
  toFootnote(number: number, from: HTMLElement): void;
  /** Takes the reader back to where the footnote was called. */
  toCall(number: number): void;
}

export const [answerContext, provideAnswer] = createContext<AnswerContext>();
