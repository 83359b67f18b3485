/** micromark's types by name, taken from the one package that the page depends on. Types only. */
import type { Options } from 'mdast-util-from-markdown';

/** An addition to micromark's syntax: constructs by the character code that they begin with. */
export type SyntaxExtension = Exclude<NonNullable<Options['extensions']>[number], unknown[]>;

/** One piece of syntax. */
export type Construct = Extract<NonNullable<NonNullable<SyntaxExtension['text']>[number]>, { tokenize: unknown }>;

/** Reads a construct character by character: tokens go to `effects`, and it ends in `ok` or `nok`. */
type Tokenizer = Construct['tokenize'];

/** What a tokenizer is called with as `this`. */
export type TokenizeContext = ThisParameterType<Tokenizer>;

/** Takes tokens. */
export type Effects = Parameters<Tokenizer>[0];

/** Takes the next character and says which state takes the one after it; `undefined` where there is none. */
export type State = Parameters<Tokenizer>[1];

/** A UTF-16 unit, a negative number for a line ending or a tab's column, `null` at the end. */
export type Code = Parameters<State>[0];

/** Whether a code ends a line, or the text. */
export function endsLine(code: Code): boolean {
  return code === null || code < -2;
}

/** Whether a code is a space, a tab or a column of one. */
export function isSpace(code: Code): boolean {
  return code === 32 || code === -1 || code === -2;
}
