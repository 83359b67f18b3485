/**
 * An OpenDocument text (OASIS ODF 1.3, part 3) → its text: headings, lists, tables and notes kept; comments, what a
 * tracked change deleted, and the styles of paragraphs left out.
 */
import { cutText, damaged, type Reading } from '../attachment.ts';
import { blocksText, type Block } from '../blocks.ts';
import type { Zip } from '../zip/zip.ts';
import { readPart } from './part.ts';
import { childOf, elementsOf, type XmlElement } from './xml.ts';

const LEFT_OUT = new Set(['tracked-changes', 'annotation', 'sequence-decls', 'forms', 'ruby-text', 'desc', 'title']);
/** A cell, a row or a space may be repeated by a number; more than this of one is no text. */
const MOST_REPEATED = 64;

/** Reads the content of a document. Throws `FileMalformed`. */
export async function readOdt(zip: Zip, signal?: AbortSignal): Promise<Pick<Reading, 'text' | 'warnings'>> {
  const root = await readPart(zip, 'content.xml', signal);
  const text = childOf(childOf(root ?? undefined, 'body'), 'text');
  if (text === undefined) throw damaged('This OpenDocument file has no text part (content.xml)');
  const walk = new Walk();
  walk.blocksOf(text, -1);
  return cutText(blocksText([...walk.blocks, ...walk.notes]));
}

class Walk {
  readonly blocks: Block[] = [];
  readonly notes: Block[] = [];

  /** `depth` is that of the list around, -1 for none. */
  blocksOf(parent: XmlElement, depth: number): void {
    for (const element of elementsOf(parent)) {
      if (LEFT_OUT.has(element.name)) continue;
      if (element.name === 'p') this.blocks.push({ kind: 'paragraph', text: this.#text(element) });
      else if (element.name === 'h')
        this.blocks.push({
          kind: 'heading',
          level: Number(element.attributes['outline-level'] ?? 1) || 1,
          text: this.#text(element),
        });
      else if (element.name === 'list') this.#list(element, depth + 1);
      else if (element.name === 'table') this.blocks.push({ kind: 'table', rows: this.#rows(element) });
      else this.blocksOf(element, depth);
    }
  }

  #list(list: XmlElement, depth: number): void {
    for (const item of elementsOf(list)) {
      let marker = '-';
      for (const element of elementsOf(item)) {
        if (element.name === 'list') this.#list(element, depth + 1);
        else if (element.name === 'p' || element.name === 'h') {
          this.blocks.push({ kind: 'item', depth, marker, text: this.#text(element) });
          marker = ' ';
        } else this.blocksOf(element, depth);
      }
    }
  }

  #rows(table: XmlElement): string[][] {
    return elementsOf(table).flatMap((element) => {
      if (element.name !== 'table-row')
        return /^table-(header-rows|rows|row-group)$/.test(element.name) ? this.#rows(element) : [];
      const cells = elementsOf(element).flatMap((cell) => {
        const text = cell.name === 'covered-table-cell' ? '' : this.#flat(cell);
        return Array.from({ length: repeated(cell.attributes['number-columns-repeated']) }, () => text);
      });
      return Array.from({ length: repeated(element.attributes['number-rows-repeated']) }, () => cells);
    });
  }

  /** All paragraphs in an element as one piece. */
  #flat(parent: XmlElement): string {
    const inner = elementsOf(parent).filter(({ name }) => !LEFT_OUT.has(name));
    return inner
      .map((element) => (element.name === 'p' || element.name === 'h' ? this.#text(element) : this.#flat(element)))
      .join('\n');
  }

  #text(parent: XmlElement): string {
    let text = '';
    for (const child of parent.children) {
      // White space is one space, as in a web page (19.3); elements stand for what is more.
      if (typeof child === 'string') text += child.replace(/\s+/g, ' ');
      else if (child.name === 's') text += ' '.repeat(repeated(child.attributes.c));
      else if (child.name === 'tab') text += '\t';
      else if (child.name === 'line-break') text += '\n';
      else if (child.name === 'note') text += this.#note(child);
      else if (child.name === 'text-box') text += `\n${this.#flat(child)}\n`;
      else if (!LEFT_OUT.has(child.name)) text += this.#text(child);
    }
    return text;
  }

  #note(note: XmlElement): string {
    const body = childOf(note, 'note-body');
    const at = this.notes.length;
    this.notes.push({ kind: 'paragraph', text: '' });
    this.notes[at] = { kind: 'paragraph', text: `[^${at + 1}]: ${body === undefined ? '' : this.#flat(body).trim()}` };
    return `[^${at + 1}]`;
  }
}

function repeated(count: string | undefined): number {
  const number = Number(count ?? 1);
  return Number.isInteger(number) && number >= 0 ? Math.min(number, MOST_REPEATED) : 1;
}
