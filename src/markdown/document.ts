/**
 * An answer while it grows. The text is cut at its top level: what a later line can no longer change is parsed once, and its
 * blocks stay the same objects, so that a page draws only the last ones anew. At every step the blocks equal those of the
 * whole text parsed at once; `unfinished.ts` may mend the end of what is shown.
 *
 * A cut lies after an empty line, before a block whose first line is complete: by then the block before it is closed. What
 * may still change it is a label that is defined elsewhere; it is parsed again where one that it asked for comes or goes.
 * A fence of code that is still open is not parsed again for each token: its text is the rest of the answer. Any other long
 * block that has not ended is parsed again when it has grown by a share of its length, so that the work stays in proportion;
 * what came since is shown a moment later. Once the answer is finished nothing is left out.
 */
import type { Code, Definition, FootnoteDefinition, Root, RootContent } from 'mdast';
import { footnoteLabelOf, labelOf, type Labels, parse } from './parse.ts';
import { callsWithin, type Contents, refine } from './refine.ts';
import { findTangle, type Stretch } from './tangle.ts';
import { markOpen, mendEnd } from './unfinished.ts';

/** An answer to be drawn. */
export interface View {
  /** Top-level blocks. A block that has not changed is the same object as before. */
  readonly blocks: readonly RootContent[];
  /** By identifier; the first of equal ones counts. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** The footnotes that are called, in the order of their calls: the first is number 1. */
  readonly footnotes: readonly FootnoteDefinition[];
}

/** Blocks that were parsed together, and what they hang on. */
interface Piece {
  readonly source: string;
  readonly blocks: readonly RootContent[];
  readonly contents: Contents;
  /** Each label that was looked up. */
  readonly asked: Labels;
}

/** The one open fence at the end of the text. */
interface OpenFence {
  /** A line that closes it. */
  readonly closes: RegExp;
  readonly lang: string | null | undefined;
  readonly meta: string | null | undefined;
  /** Where its code begins in the text, after the fence's line. */
  readonly codeStart: number;
  /** Where to look for the closing line: the start of a line. */
  readonly searchFrom: number;
}

/** From this many characters on, an unfinished tail is not drawn anew for each token. */
const LONG_TAIL = 2048;
/** It is when it is larger by one part in so many: so each character is parsed about so many times at most. */
const LONG_TAIL_STEPS = 128;

/** A growing answer. */
export class MarkdownDocument {
  #text = '';
  /** Finished pieces; their sources are the text up to `#tailStart`. */
  #pieces: Piece[] = [];
  #tailStart = 0;
  #fence: OpenFence | null = null;
  /** What was defined when the pieces were parsed. */
  #labels: Labels = new Set();
  #drawn: { readonly tailStart: number; readonly length: number; readonly view: View } | null = null;
  #parsedCharacters = 0;

  /** How many characters have been parsed so far: what the work is proportional to. */
  get parsedCharacters(): number {
    return this.#parsedCharacters;
  }

  /**
   * The view of `text`, fast where that begins with the text before. With `unfinished`, more will follow: what is open at
   * the end is shown as if it were closed.
   */
  update(text: string, unfinished = false): View {
    const clean = text
      .replace(/\r\n?/g, '\n')
      .replace(/\0/g, '\uFFFD')
      .replace(/\uFEFF/g, '');
    if (!clean.startsWith(this.#text)) this.#reset();
    this.#text = clean;
    const code = this.#followFence(unfinished);
    return code === null ? this.#viewTail(unfinished) : this.#view([code], null);
  }

  #reset(): void {
    this.#pieces = [];
    this.#tailStart = 0;
    this.#fence = null;
    this.#labels = new Set();
    this.#drawn = null;
  }

  #viewTail(unfinished: boolean): View {
    const source = this.#text.slice(this.#tailStart);
    const last = this.#drawn;
    const grown = source.length - (last?.length ?? 0);
    const few = source.length > LONG_TAIL && grown < source.length / LONG_TAIL_STEPS;
    if (unfinished && few && last?.tailStart === this.#tailStart) return last.view;

    const tangle = findTangle(source);
    const view = tangle === null ? this.#viewParsed(source, unfinished) : this.#viewTangled(source, tangle, unfinished);
    this.#drawn = { tailStart: this.#tailStart, length: this.#text.length - this.#tailStart, view };
    return view;
  }

  /** What lies before a tangle is parsed and finished; the tangle is one paragraph of text; what follows it goes on. */
  #viewTangled(source: string, { from, to }: Stretch, unfinished: boolean): View {
    const before = source.slice(0, from);
    const asked = new Set<string>();
    this.#pieces.push(this.#makePiece(before, before, this.#parse(before, this.#pieceLabels(), asked).children, asked));
    this.#tailStart += from;
    const value = source.slice(from, to).trimEnd();
    const text: RootContent = { type: 'paragraph', children: [{ type: 'text', value }] };
    const piece = this.#makePiece(source, source.slice(from, to), [text], new Set());
    if (to === source.length) {
      this.#relabel(this.#pieceLabels());
      return this.#view(piece.blocks, piece);
    }
    this.#pieces.push(piece);
    this.#tailStart += to - from;
    return this.#viewTail(unfinished);
  }

  #viewParsed(source: string, unfinished: boolean): View {
    const known = this.#pieceLabels();
    const asked = new Set<string>();
    const { children } = this.#parse(source, known, asked);
    const shown = unfinished ? mendEnd(source, children) : source;

    const cut = findCut(source, children);
    const first = this.#makePiece(source, source.slice(0, cut.at), children.slice(0, cut.blocks), asked);
    if (cut.at > 0) {
      this.#pieces.push(first);
      this.#tailStart += cut.at;
    }
    const tail = this.#makePiece(source, source.slice(cut.at), children.slice(cut.blocks), asked);
    if (cut.fence !== null) this.#openFence(cut.fence, tail.blocks[0]);
    this.#relabel(new Set([...this.#pieceLabels(), ...labelsOf(tail)]));
    if (!unfinished) return this.#view(tail.blocks, tail);

    const end = shown.slice(cut.at);
    const mended = shown === source ? tail.blocks : this.#parse(end, this.#labels, new Set()).children;
    markOpen(mended, end);
    if (mended !== tail.blocks) refine(mended, end, this.#pieces.at(-1)?.contents.outline ?? []);
    return this.#view(mended, tail);
  }

  #parse(source: string, defined: Labels, asked: Set<string>): Root {
    this.#parsedCharacters += source.length;
    return parse(source, defined, asked);
  }

  #makePiece(parsed: string, source: string, blocks: RootContent[], asked: Labels): Piece {
    const contents = refine(blocks, parsed, this.#pieces.at(-1)?.contents.outline ?? []);
    return { source, blocks, contents, asked };
  }

  #pieceLabels(): Set<string> {
    return new Set(this.#pieces.flatMap(labelsOf));
  }

  /** Parses those pieces again that asked for a label which has come or gone. */
  #relabel(labels: Labels): void {
    const before = this.#labels;
    const changed = [...labels, ...before].filter((label) => labels.has(label) !== before.has(label));
    this.#labels = labels;
    if (changed.length === 0) return;
    this.#pieces = this.#pieces.map((piece, index) => {
      if (!changed.some((label) => piece.asked.has(label))) return piece;
      const asked = new Set<string>();
      const { children } = this.#parse(piece.source, labels, asked);
      const contents = refine(children, piece.source, this.#pieces[index - 1]?.contents.outline ?? []);
      return { source: piece.source, blocks: children, contents, asked };
    });
  }

  #openFence(fence: string, code: RootContent | undefined): void {
    if (code?.type !== 'code') return;
    const [run = ''] = /^[`~]+/.exec(fence) ?? [];
    const codeStart = this.#tailStart + fence.length;
    const closes = new RegExp(`^ {0,3}${run.charAt(0)}{${run.length},}[ \\t]*$`);
    this.#fence = { closes, lang: code.lang, meta: code.meta, codeStart, searchFrom: codeStart };
  }

  /** The code of the open fence as it is now; `null` where there is none, or none any more. */
  #followFence(unfinished: boolean): Code | null {
    const fence = this.#fence;
    if (fence === null) return null;
    const { closes, codeStart, lang, meta } = fence;
    const codeTo = (end: number): Code => {
      const value = this.#text.slice(codeStart, Math.max(end, codeStart)).replace(/\n$/, '');
      return { type: 'code', lang, meta, value };
    };
    let lineStart = fence.searchFrom;
    for (let end = this.#text.indexOf('\n', lineStart); end !== -1; end = this.#text.indexOf('\n', lineStart)) {
      if (closes.test(this.#text.slice(lineStart, end))) {
        const source = this.#text.slice(this.#tailStart, end + 1);
        this.#pieces.push(this.#makePiece(source, source, [codeTo(lineStart)], new Set()));
        this.#tailStart = end + 1;
        this.#fence = null;
        return null;
      }
      lineStart = end + 1;
    }
    this.#fence = { ...fence, searchFrom: lineStart };
    const line = this.#text.slice(lineStart);
    this.#parsedCharacters += line.length;
    if (closes.test(line)) return codeTo(lineStart);
    if (!unfinished) return codeTo(this.#text.length);
    const isHalfFence = /^ {0,3}(`+|~+)$/.test(line);
    return { ...codeTo(isHalfFence ? lineStart : this.#text.length), data: { open: true } };
  }

  #view(lastBlocks: readonly RootContent[], tail: Piece | null): View {
    const pieces = tail === null ? this.#pieces : [...this.#pieces, tail];
    const definitions = new Map<string, Definition>();
    const written = new Map<string, FootnoteDefinition>();
    const called = new Set<string>();
    for (const { contents } of pieces) {
      for (const one of contents.definitions)
        if (!definitions.has(one.identifier)) definitions.set(one.identifier, one);
      for (const one of contents.footnotes) if (!written.has(one.identifier)) written.set(one.identifier, one);
      for (const call of contents.calls) called.add(call);
    }
    const footnotes: FootnoteDefinition[] = [];
    // A footnote may call further ones, which are then added to what is gone through here.
    for (const call of called) {
      const footnote = written.get(call);
      if (footnote === undefined) continue;
      footnotes.push(footnote);
      for (const further of callsWithin(footnote)) called.add(further);
    }
    return { blocks: [...this.#pieces.flatMap(({ blocks }) => blocks), ...lastBlocks], definitions, footnotes };
  }
}

function labelsOf({ contents }: Piece): string[] {
  return [...contents.definitions.map(labelOf), ...contents.footnotes.map(footnoteLabelOf)];
}

/** Where the text may be cut: how many blocks and characters lie before, and the line of an open fence if one is left. */
interface Cut {
  readonly blocks: number;
  readonly at: number;
  readonly fence: string | null;
}

/** The last place in `source` where it may be cut. `blocks` have their positions. */
function findCut(source: string, blocks: readonly RootContent[]): Cut {
  const lastLine = source.lastIndexOf('\n') + 1;
  const lineOf = (index: number) => source.lastIndexOf('\n', (blocks[index]?.position?.start.offset ?? 0) - 1) + 1;
  const last = blocks.length - 1;
  const fence = openFenceAt(source, blocks[last], lineOf(last));
  if (fence !== null) return { blocks: last, at: lineOf(last), fence };
  for (let index = last; index > 0; index--) {
    const at = lineOf(index);
    // micromark reads what follows indented code as if it interrupted that: a list that begins with 2 is none there.
    if (isIndentedCode(source, blocks[index - 1])) continue;
    if (at < lastLine && /\n[ \t]*\n$/.test(source.slice(0, at))) return { blocks: index, at, fence: null };
  }
  return { blocks: 0, at: 0, fence: null };
}

/** The line that opens a fence which begins at `lineStart` and is open to the end of `source`; `null` if none does. */
function openFenceAt(source: string, block: RootContent | undefined, lineStart: number): string | null {
  if (block?.type !== 'code' || block.position?.start.offset !== lineStart) return null;
  const [line, run = ''] = /^(`{3,}|~{3,})[^\n]*\n/.exec(source.slice(lineStart)) ?? [];
  if (line === undefined) return null;
  const closed = new RegExp(`\\n {0,3}${run.charAt(0)}{${run.length},}[ \\t]*(\\n|$)`);
  return closed.test(source.slice(lineStart + line.length - 1)) ? null : line;
}

function isIndentedCode(source: string, block: RootContent | undefined): boolean {
  return block?.type === 'code' && !/^[`~]/.test(source.slice(block.position?.start.offset));
}
