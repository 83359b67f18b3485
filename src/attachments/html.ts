/**
 * A web page → its text: headings, lists and tables kept; scripts, styles and what the page hides left out.
 *
 * The platform's DOMParser makes a document with no window: it runs no script and loads nothing.
 */
import type { Reading } from './attachment.ts';
import { blocksText, type Block } from './blocks.ts';

const LEFT_OUT = new Set(
  'SCRIPT STYLE NOSCRIPT TEMPLATE IFRAME OBJECT EMBED SVG MATH CANVAS AUDIO VIDEO SELECT HEAD'.split(' '),
);

/** Elements whose text stands in a line with what is around it; every other one is a block of its own. */
const INLINE = new Set(
  'A ABBR ACRONYM B BDI BDO BIG BUTTON CITE CODE DATA DEL DFN EM FONT I IMG INS KBD LABEL MARK OUTPUT Q RUBY RT RP S SAMP SMALL SPAN STRIKE STRONG SUB SUP TIME TT U VAR WBR'.split(
    ' ',
  ),
);

/** Reads the source of a page. Needs a DOM. */
export function readHtml(source: string): Pick<Reading, 'text'> {
  const { body, title } = new DOMParser().parseFromString(source, 'text/html');
  const walk = new Walk();
  walk.children(body);
  walk.end();
  const hasHeading = walk.blocks.some((block) => block.kind === 'heading' && block.level === 1);
  const heading: Block[] = hasHeading || title === '' ? [] : [{ kind: 'heading', level: 1, text: title }];
  return { text: blocksText([...heading, ...walk.blocks]) };
}

/** Goes through the elements in their order; the parser bounds how deep they lie. */
class Walk {
  readonly blocks: Block[] = [];
  #line = '';
  readonly #lists: { readonly isOrdered: boolean; number: number }[] = [];
  /** The marker of the item that has begun and has no text yet. */
  #marker: string | null = null;

  children(parent: Node): void {
    for (const node of parent.childNodes) this.#node(node);
  }

  /** Ends the block that is being written. */
  end(): void {
    const text = this.#line.trim();
    this.#line = '';
    if (text === '') return;
    const depth = this.#lists.length - 1;
    if (depth < 0) this.blocks.push({ kind: 'paragraph', text });
    else this.blocks.push({ kind: 'item', depth, marker: this.#marker ?? ' ', text });
    this.#marker = null;
  }

  #node(node: Node): void {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = (node.nodeValue ?? '').replace(/[ \t\n\f\r]+/g, ' ');
      this.#line += /^\s?$/.test(this.#line.slice(-1)) ? text.trimStart() : text;
    } else if (node.nodeType === Node.ELEMENT_NODE) this.#element(node as Element);
  }

  #element(element: Element): void {
    const name = element.tagName.toUpperCase();
    if (LEFT_OUT.has(name) || isHidden(element)) return;
    if (name === 'BR') this.#line += '\n';
    else if (name === 'IMG') this.#line += element.getAttribute('alt') ?? '';
    else if (INLINE.has(name)) this.children(element);
    else this.#block(element, name);
  }

  #block(element: Element, name: string): void {
    this.end();
    if (/^H[1-6]$/.test(name))
      this.blocks.push({ kind: 'heading', level: Number(name[1]), text: visibleText(element) });
    else if (name === 'PRE') this.blocks.push({ kind: 'preformatted', text: element.textContent });
    else if (name === 'TABLE' && element.querySelector('table') === null)
      this.blocks.push({ kind: 'table', rows: rowsOf(element) });
    else if (name === 'UL' || name === 'OL' || name === 'MENU') {
      const start = Number(element.getAttribute('start') ?? 1);
      this.#lists.push({ isOrdered: name === 'OL', number: Number.isInteger(start) ? start : 1 });
      this.children(element);
      this.end();
      this.#lists.pop();
    } else if (name === 'LI') {
      const list = this.#lists.at(-1);
      this.#marker = list?.isOrdered === true ? `${list.number++}.` : '-';
      this.children(element);
      this.end();
      this.#marker = null;
    } else {
      this.children(element);
      this.end();
    }
  }
}

function rowsOf(table: Element): string[][] {
  return Array.from(table.querySelectorAll('tr'), (row) =>
    Array.from(row.children)
      .filter((cell) => /^T[DH]$/i.test(cell.tagName))
      .map(visibleText),
  );
}

/** The text of an element as one piece, without what is left out. */
function visibleText(element: Element): string {
  const walk = new Walk();
  walk.children(element);
  walk.end();
  return blocksText(walk.blocks);
}

function isHidden(element: Element): boolean {
  return (
    element.hasAttribute('hidden') ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(element.getAttribute('style') ?? '')
  );
}
