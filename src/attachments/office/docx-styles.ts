/** What styles and numberings of a DOCX file say about a paragraph: whether it is a heading, whether an item of a list. */
import { childOf, elementsOf, type XmlElement } from './xml.ts';

/** What a paragraph is beyond its text. */
export interface ParagraphRole {
  /** 1 to 9, or `null` for no heading. */
  readonly heading: number | null;
  readonly list: { readonly id: string; readonly level: number } | null;
}

const DEEPEST_LIST = 8;
const LONGEST_CHAIN = 20;

/** Looks up styles by id; a style inherits from the one that it is based on (ECMA-376, part 1, 17.7). */
export class Styles {
  readonly #styles = new Map<string, XmlElement>();

  /** `root` is that of `word/styles.xml`; `null` where the file has none. */
  constructor(root: XmlElement | null) {
    for (const style of root === null ? [] : elementsOf(root))
      if (style.name === 'style' && style.attributes.styleId !== undefined)
        this.#styles.set(style.attributes.styleId, style);
  }

  /** The role of a paragraph with these properties (`w:pPr`): its own word first, then its style's. */
  role(properties: XmlElement | undefined): ParagraphRole {
    let heading = outlineLevel(properties);
    let numbering = childOf(properties, 'numPr');
    let id = childOf(properties, 'pStyle')?.attributes.val;
    for (let step = 0; step < LONGEST_CHAIN && id !== undefined; step++) {
      const style = this.#styles.get(id);
      const own = childOf(style, 'pPr');
      heading ??= outlineLevel(own) ?? headingByName(childOf(style, 'name')?.attributes.val ?? id);
      numbering ??= childOf(own, 'numPr');
      id = childOf(style, 'basedOn')?.attributes.val;
    }
    const numberingId = childOf(numbering, 'numId')?.attributes.val;
    const level = Math.min(DEEPEST_LIST, wholeNumber(childOf(numbering, 'ilvl')?.attributes.val) ?? 0);
    // Number 0 takes a paragraph out of the list that its style is in.
    const list = numberingId === undefined || numberingId === '0' ? null : { id: numberingId, level };
    return { heading: heading === 0 ? null : (heading ?? null), list };
  }
}

/** 1 for the highest level, 0 where it is said to be body text, `undefined` where nothing is said. */
function outlineLevel(properties: XmlElement | undefined): number | undefined {
  const level = wholeNumber(childOf(properties, 'outlineLvl')?.attributes.val);
  return level === undefined ? undefined : level >= 9 ? 0 : level + 1;
}

function headingByName(name: string): number | undefined {
  if (/^title$/i.test(name)) return 1;
  const level = /^heading\s*([1-9])$/i.exec(name)?.[1];
  return level === undefined ? undefined : Number(level);
}

/** Counts the items of lists (ECMA-376, part 1, 17.9). */
export class Numberings {
  readonly #formats = new Map<string, Map<number, { isBullet: boolean; start: number }>>();
  readonly #counts = new Map<string, number[]>();

  /** `root` is that of `word/numbering.xml`; `null` where the file has none. */
  constructor(root: XmlElement | null) {
    const abstract = new Map<string, Map<number, { isBullet: boolean; start: number }>>();
    for (const element of root === null ? [] : elementsOf(root)) {
      if (element.name === 'abstractNum') {
        const levels = elementsOf(element).filter(({ name }) => name === 'lvl');
        const formats = levels.map((level) => [wholeNumber(level.attributes.ilvl) ?? 0, format(level)] as const);
        abstract.set(element.attributes.abstractNumId ?? '', new Map(formats));
      } else if (element.name === 'num') {
        const formats = abstract.get(childOf(element, 'abstractNumId')?.attributes.val ?? '');
        if (formats !== undefined) this.#formats.set(element.attributes.numId ?? '', formats);
      }
    }
  }

  /** The marker of the next item of a list: `-`, or its number with a full stop whatever the look of it. */
  marker({ id, level }: { readonly id: string; readonly level: number }): string {
    const format = this.#formats.get(id)?.get(level);
    if (format === undefined || format.isBullet) return '-';
    const counts = this.#counts.get(id) ?? [];
    const number = (counts[level] ?? format.start - 1) + 1;
    // An item begins the levels below it anew.
    const kept = counts.slice(0, level);
    kept[level] = number;
    this.#counts.set(id, kept);
    return `${number}.`;
  }
}

function format(level: XmlElement): { isBullet: boolean; start: number } {
  const name = childOf(level, 'numFmt')?.attributes.val;
  return {
    isBullet: name === 'bullet' || name === 'none',
    start: wholeNumber(childOf(level, 'start')?.attributes.val) ?? 1,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
