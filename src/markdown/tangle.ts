/**
 * Paragraphs that are nothing but marks, as a model writes that has got into a loop. To pair thousands of marks takes the
 * parser a time that grows with their square, and nesting them that deep takes as long to draw: such a paragraph is text.
 */

/** More marks than this in one paragraph are a tangle. Long paragraphs of real answers have some dozens. */
const MAX_MARKS = 1000;
/** More levels of quotations and lists than this on one line are one too. */
const MAX_LEVELS = 30;

const LEVELS = new RegExp(`^(?:[ \\t]*(?:>|[-+*](?=[ \\t])|\\d{1,9}[.)](?=[ \\t]))){${MAX_LEVELS},}`);

/** A stretch of a text, `to` exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The first paragraph of `text` that is a tangle, with the empty line that ends it; `null` where none is. Lines of fenced
 * code do not count, and a row, an item or a heading begins anew.
 */
export function findTangle(text: string): Stretch | null {
  let fenced = false;
  let from = 0;
  let marks = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline + 1;
    const line = text.slice(start, end);
    if (/^[ \t>]*(?:```|~~~)/.test(line)) fenced = !fenced;
    if (/^[ \t]*(?:$|[-+*#|]|\d+[.)])/.test(line.trimEnd())) {
      from = start;
      marks = 0;
    }
    if (!fenced) marks += line.match(/[*_~`[\]<>&$!\\(]/g)?.length ?? 0;
    if (!fenced && (marks > MAX_MARKS || LEVELS.test(line))) {
      const empty = /\n[ \t]*\n/g;
      empty.lastIndex = start;
      return { from, to: empty.exec(text) === null ? text.length : empty.lastIndex };
    }
    start = end;
  }
  return null;
}
