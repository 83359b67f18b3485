/**
 * A DOCX file (ECMA-376, WordprocessingML) → its text: headings, lists, tables and notes kept.
 *
 * Left out: what a tracked change deleted, comments, headers and footers, and text that is formatted as hidden, which the
 * person who attaches the file cannot see either.
 */
import { cutText, damaged, type Reading } from '../attachment.ts';
import { blocksText, type Block } from '../blocks.ts';
import type { Zip } from '../zip/zip.ts';
import { Numberings, Styles } from './docx-styles.ts';
import { readPart } from './part.ts';
import { childOf, elementsOf, type XmlElement } from './xml.ts';

/** Elements with nothing that a reader sees in the text, or with a second version of what stands beside them. */
const LEFT_OUT = new Set(
  'del moveFrom instrText delText Fallback pPr rPr tblPr tblGrid trPr tcPr sectPr sdtPr rt'.split(' '),
);

/** Reads the main part of a document. Throws `FileMalformed`. */
export async function readDocx(zip: Zip, signal?: AbortSignal): Promise<Pick<Reading, 'text' | 'warnings'>> {
  const name = await mainPart(zip, signal);
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const part = (file: string) => readPart(zip, folder + file, signal);
  const document = await readPart(zip, name, signal);
  const body = childOf(document ?? undefined, 'body');
  if (body === undefined) throw damaged(`This Word document has no text part (${name})`);
  const walk = new Walk(new Styles(await part('styles.xml')), new Numberings(await part('numbering.xml')));
  walk.blocksOf(body);
  for (const [file, noteName] of [
    ['footnotes.xml', 'footnote'],
    ['endnotes.xml', 'endnote'],
  ] as const) {
    const notes = await part(file);
    for (const note of notes === null ? [] : elementsOf(notes)) if (note.name === noteName) walk.note(note);
  }
  const { text, warnings } = cutText(blocksText(walk.blocks));
  if (walk.hidden > 0) warnings.push('Text that is formatted as hidden was left out.');
  return { text, warnings };
}

/** The path of the part with the text, as the package's relationships name it. */
async function mainPart(zip: Zip, signal?: AbortSignal): Promise<string> {
  const relationships = await readPart(zip, '_rels/.rels', signal);
  for (const { attributes } of relationships === null ? [] : elementsOf(relationships))
    if (attributes.Type?.endsWith('/officeDocument') === true) return (attributes.Target ?? '').replace(/^\//, '');
  return 'word/document.xml';
}

class Walk {
  readonly blocks: Block[] = [];
  /** Runs that were left out because they are hidden. */
  hidden = 0;
  readonly #styles: Styles;
  readonly #numberings: Numberings;
  /** Marks of notes by kind and id, in the order in which the text refers to them. */
  readonly #notes = new Map<string, number>();

  constructor(styles: Styles, numberings: Numberings) {
    this.#styles = styles;
    this.#numberings = numberings;
  }

  /** Adds the paragraphs and tables in an element, through any wrapping there is. */
  blocksOf(parent: XmlElement): void {
    for (const element of elementsOf(parent)) {
      if (LEFT_OUT.has(element.name)) continue;
      if (element.name === 'p') this.#paragraph(element);
      else if (element.name === 'tbl') this.blocks.push({ kind: 'table', rows: this.#rows(element) });
      else this.blocksOf(element);
    }
  }

  /** Adds the text of a note that the document refers to. */
  note(element: XmlElement): void {
    const mark = this.#notes.get(element.name + (element.attributes.id ?? ''));
    if (mark !== undefined)
      this.blocks.push({ kind: 'paragraph', text: `[^${mark}]: ${this.#pieces(element).trim()}` });
  }

  #paragraph(element: XmlElement): void {
    const boxes: XmlElement[] = [];
    const text = this.#text(element, boxes);
    const { heading, list } = this.#styles.role(childOf(element, 'pPr'));
    if (heading !== null) this.blocks.push({ kind: 'heading', level: heading, text });
    else if (list === null) this.blocks.push({ kind: 'paragraph', text });
    else this.blocks.push({ kind: 'item', depth: list.level, marker: this.#numberings.marker(list), text });
    for (const box of boxes) this.blocksOf(box);
  }

  #rows(table: XmlElement): string[][] {
    return descendants(table, 'tr').map((row) =>
      descendants(row, 'tc').flatMap((cell) => {
        const span = Math.min(64, Number(childOf(childOf(cell, 'tcPr'), 'gridSpan')?.attributes.val ?? 1) || 1);
        return [this.#pieces(cell), ...Array.from({ length: span - 1 }, () => '')];
      }),
    );
  }

  /** The paragraphs of a cell or a note, nested tables too, as one piece. */
  #pieces(parent: XmlElement): string {
    const inner = descendants(parent, 'p', 'tbl').map((element) => {
      if (element.name === 'tbl')
        return this.#rows(element)
          .map((row) => row.join(' '))
          .join('\n');
      const boxes: XmlElement[] = [];
      return [this.#text(element, boxes), ...boxes.map((box) => this.#pieces(box))].join('\n');
    });
    return inner.join('\n');
  }

  /** The text of a paragraph; boxes that are anchored in it are put into `boxes`. */
  #text(parent: XmlElement, boxes: XmlElement[]): string {
    let text = '';
    for (const child of elementsOf(parent)) {
      if (LEFT_OUT.has(child.name)) continue;
      if (child.name === 't') text += child.children.filter((piece) => typeof piece === 'string').join('');
      else if (child.name === 'tab' || child.name === 'ptab') text += '\t';
      else if (child.name === 'br' || child.name === 'cr') text += '\n';
      else if (child.name === 'noBreakHyphen') text += '-';
      else if (child.name === 'txbxContent') boxes.push(child);
      else if (child.name === 'footnoteReference' || child.name === 'endnoteReference') text += this.#reference(child);
      else if (child.name === 'r' && isHidden(child)) this.hidden++;
      else text += this.#text(child, boxes);
    }
    return text;
  }

  #reference({ name, attributes }: XmlElement): string {
    const key = name.replace('Reference', '') + (attributes.id ?? '');
    const mark = this.#notes.get(key) ?? this.#notes.size + 1;
    this.#notes.set(key, mark);
    return `[^${mark}]`;
  }
}

function isHidden(run: XmlElement): boolean {
  const vanish = childOf(childOf(run, 'rPr'), 'vanish');
  return vanish !== undefined && !/^(0|false|off)$/.test(vanish.attributes.val ?? '1');
}

/** The nearest elements of these names at any depth, not those within one that was found. */
function descendants(parent: XmlElement, ...names: string[]): XmlElement[] {
  return elementsOf(parent).flatMap((child) => {
    if (LEFT_OUT.has(child.name)) return [];
    return names.includes(child.name) ? [child] : descendants(child, ...names);
  });
}
