/**
 * The end of an answer that is still being written, shown calmly: markup that is only half there shows neither as itself nor
 * as something that it will not be.
 * - Emphasis, strikethrough and inline code show as such from their first character on; marks with nothing behind them are
 *   held back, and so is half of a closing mark.
 * - A link or an image whose address is not complete shows as its words alone; the address never appears.
 * - `\(`, `\[` and `$$` open maths at once, which shows as source until it is closed. A single dollar may be money, and stays.
 * - A line of marks alone (`-`, `==`, `|`, three backticks to be) is held back until it is known what it is: else it would
 *   make a heading of the line above for a moment. So are half a task's box, a definition without its address, and the
 *   language of a fence that opens.
 * - The first line of a table is a table at once.
 * Only what is shown is mended; where nothing more comes, the text counts as it is written.
 */
import type { Nodes, RootContent } from 'mdast';

declare module 'mdast' {
  interface CodeData {
    /** Whether its closing fence is still to come. */
    open?: boolean;
  }
}

const MARKS_ALONE = /^[ \t>]*(?:[-=*+_~`#$|:]+|\\)[ \t]*$/;
const HALF_BOX = /^([ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]+)\[[ xX]?\]?[ \t]*$/;
const HALF_DEFINITION = /^[ \t>]*\[[^\]]*\]:[ \t]*$/;
const EMPTY_LINE_LAST = /\n[ \t]*\n[ \t]*$/;

/** The text to show for `text`, whose parsed blocks, with positions, are `blocks`. May be `text` itself. */
export function mendEnd(text: string, blocks: readonly RootContent[]): string {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  const path = lastPath(blocks);
  const leaf = path.at(-1);
  if (leaf?.type === 'code') {
    const opens = (leaf.position?.start.offset ?? 0) >= lineStart;
    if (opens) return text.replace(/(`{3,}|~{3,})[^`\n]*$/, '$1');
    return /^[ \t>]*(`{1,2}|~{1,2})$/.test(line) ? text.slice(0, lineStart) : text;
  }
  if (leaf?.type === 'html' || (leaf?.type === 'maths' && !leaf.closed)) return text;

  if (MARKS_ALONE.test(line) || HALF_DEFINITION.test(line)) return mendInside(text.slice(0, lineStart), path);
  const box = HALF_BOX.exec(line);
  if (box !== null) return text.slice(0, lineStart) + box[1]!;
  return mendInside(text, path);
}

/** Marks the code at the very end, if there is any, as open. */
export function markOpen(blocks: readonly RootContent[], text: string): void {
  const last = lastPath(blocks).at(-1);
  if (last?.type === 'code' && !/(^|\n)[ \t>]*(`{3,}|~{3,})[ \t]*\n?$/.test(text)) last.data = { open: true };
}

/** The last block, its last child, and so on. */
function lastPath(blocks: readonly RootContent[]): Nodes[] {
  const path: Nodes[] = [];
  let node: Nodes | undefined = blocks.at(-1);
  while (node !== undefined) {
    path.push(node);
    node = 'children' in node ? node.children.at(-1) : undefined;
  }
  return path;
}

function mendInside(text: string, path: readonly Nodes[]): string {
  const holder = path.find(({ type }) => type === 'paragraph' || type === 'heading' || type === 'tableCell');
  const start = holder?.position?.start.offset ?? text.length;
  if (holder === undefined || start >= text.length || EMPTY_LINE_LAST.test(text)) return text;
  const words = text.slice(start);
  if (holder.type !== 'paragraph' && words.includes('\n')) return text;
  if (holder.type === 'paragraph' && words.startsWith('|')) return text.slice(0, start) + mendTable(words);
  return text.slice(0, start) + mendWords(words);
}

/** The header of a table, with the line that makes it one. */
function mendTable(words: string): string {
  const [header = '', ruler = '', ...more] = words.split('\n');
  if (more.length > 0 || !/^[ \t|:-]*$/.test(ruler)) return mendWords(words);
  const row = mendWords(header);
  const cells = row
    .replace(/\\./g, '')
    .replace(/^\|/, '')
    .replace(/\|[ \t]*$/, '')
    .split('|').length;
  return `${row}\n|${'---|'.repeat(cells)}`;
}

/** Something that is open: what closes it, and where it began. */
interface Opening {
  readonly mark: string;
  readonly at: number;
}

/** Closes what is open at the end of a paragraph's words. */
function mendWords(words: string): string {
  const open: Opening[] = [];
  let bracket: { at: number; image: boolean } | null = null;
  let at = 0;
  /** Where the last mark ends that closed something. */
  let settled = 0;
  while (at < words.length) {
    const rest = words.slice(at, at + 64);
    const char = rest.charAt(0);
    if (char === '\\') {
      const maths = rest.charAt(1) === '(' ? '\\)' : rest.charAt(1) === '[' ? '\\]' : null;
      const end = maths === null ? -1 : words.indexOf(maths, at + 2);
      if (maths !== null && end === -1) return closeSpan(words, at, maths, open);
      at = end === -1 ? at + 2 : end + 2;
      if (at > words.length) return closeAll(words.slice(0, -1), open);
    } else if (char === '`' || char === '$') {
      const mark = runAt(words, at);
      const end = mark === '$' ? closingDollar(words, at) : closingRun(words, mark, at + mark.length);
      if (end === -1 && mark !== '$') return closeSpan(words, at, mark, open);
      at = end === -1 ? at + 1 : end + mark.length;
    } else if (char === '*' || char === '_' || rest.startsWith('~~')) {
      const mark = runAt(words, at);
      const used = takeRun(words, at, mark, open);
      at += mark.length;
      if (used) settled = at;
    } else if (char === '[') {
      bracket = { at, image: words.charAt(at - 1) === '!' };
      at++;
    } else if (char === ']' && bracket !== null && rest.charAt(1) === '(') {
      const end = closingParenthesis(words, at + 2);
      if (end === -1) {
        const label = words.slice(bracket.at + 1, at);
        return closeAll(words.slice(0, bracket.image ? bracket.at - 1 : bracket.at) + label, open);
      }
      bracket = null;
      at = end + 1;
    } else at++;
  }
  return closeAll(words, open, settled);
}

/** The run of the character at `at`. */
function runAt(words: string, at: number): string {
  let end = at;
  while (words.charAt(end) === words.charAt(at)) end++;
  return words.slice(at, end);
}

/** Where a run that is exactly `mark` begins, from `from` on; -1 if nowhere. */
function closingRun(words: string, mark: string, from: number): number {
  for (let at = words.indexOf(mark, from); at !== -1;) {
    const run = runAt(words, at);
    if (run === mark) return at;
    at = words.indexOf(mark, at + run.length);
  }
  return -1;
}

/** Where the dollar that closes single-dollar maths is, by the rule of `maths.ts`; -1 if it is none. */
function closingDollar(words: string, at: number): number {
  const match = /^\$(?![\s$])(?:[^$\\\n]|\\.)*(?<!\s)\$(?![\d$])/.exec(words.slice(at));
  return match === null ? -1 : at + match[0].length - 1;
}

function closingParenthesis(words: string, from: number): number {
  let depth = 1;
  for (let at = from; at < words.length; at++) {
    const char = words.charAt(at);
    if (char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at;
    else if (char === '\n' && words.charAt(at + 1) === '\n') return -1;
  }
  return -1;
}

/**
 * A run of `*`, `_` or `~` opens or closes by what stands beside it; whether all of it closed something. Source: CommonMark
 * 0.31, section 6.2.
 */
function takeRun(words: string, at: number, run: string, open: Opening[]): boolean {
  const before = words.charAt(at - 1);
  const after = words.charAt(at + run.length);
  const inWord = run.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
  if (inWord) return false;
  let left = run.length;
  const closes = before !== '' && !/\s/.test(before);
  while (closes && left > 0) {
    const last = open.at(-1);
    if (last?.mark.charAt(0) !== run.charAt(0) || last.mark.length > left) break;
    left -= last.mark.length;
    open.pop();
  }
  if (left === 0) return true;
  const opens = after === '' || !/\s/.test(after);
  // Half of a closing mark at the very end opens nothing: closing takes it away.
  if (!opens || (closes && after === '' && open.at(-1)?.mark.charAt(0) === run.charAt(0))) return false;
  const mark = run.charAt(0);
  if (mark === '~') open.push({ mark: '~~', at });
  else for (; left > 0; left -= 2) open.push({ mark: mark.repeat(Math.min(left, 2)), at });
  return false;
}

/** Closes a span of code or maths, which takes everything to the end. One with nothing in it is held back. */
function closeSpan(words: string, at: number, mark: string, open: Opening[]): string {
  const openingLength = mark.startsWith('\\') ? 2 : mark.length;
  const content = words.slice(at + openingLength).replace(mark.startsWith('`') ? /`+$/ : /\\$|\$$/, '');
  if (content.trim() === '') return closeAll(words.slice(0, at), open);
  return closeAll(words.slice(0, at + openingLength) + content, [...open, { mark, at }]);
}

function closeAll(words: string, open: readonly Opening[], settled = 0): string {
  const innermost = open.at(-1);
  let shown = words;
  const isSpan = innermost !== undefined && /^[`\\$]/.test(innermost.mark);
  // What is left of a mark at the end is half of a closing one, or opens something that is not there yet.
  if (!isSpan) {
    const rest = words.slice(settled).replace(/(?:(?<![\\*_])[*_]{1,3}|(?<![\\~])~{1,2}|!?\[)$/, '');
    shown = (words.slice(0, settled) + rest).trimEnd();
  }
  const closers = open.filter(({ at, mark }) => shown.length > at + (isSpan ? 0 : mark.length - 1));
  return (
    shown +
    closers
      .reverse()
      .map(({ mark }) => mark)
      .join('')
  );
}
