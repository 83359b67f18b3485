/**
 * XML → a tree of elements by their local names: what office files need (XML 1.0, 5th edition; Namespaces 1.0).
 *
 * Refuses a document type, and with it every entity but the five of XML: office files have none, and attacks do. Not the
 * platform's DOMParser, so that it runs anywhere, bounds depth and number, and names the offset of what is wrong.
 */
import { damaged, unsupported } from '../attachment.ts';

/** An element. Prefixes of namespaces are dropped: within one part of an office file the local names suffice. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

interface OpenElement extends XmlElement {
  readonly qualifiedName: string;
  readonly children: (XmlElement | string)[];
}

const DEEPEST = 200;
const MOST_ELEMENTS = 1_000_000;
const NAME = /[\p{L}_:][\p{L}\p{N}_:.\-\u00B7]*/uy;
const ATTRIBUTE = /\s+([\p{L}_:][\p{L}\p{N}_:.\-\u00B7]*)\s*=\s*("[^"<]*"|'[^'<]*')/uy;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The root element of a document. Throws `FileMalformed`, with the offset in characters, and `FileUnsupported`. */
export function parseXml(source: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | null = null;
  let elements = 0;
  let at = 0;

  const wrong = (what: string, offset = at) => damaged(`The XML in this file is wrong: ${what}`, { offset });
  const after = (end: string, from: number, what: string) => {
    const found = source.indexOf(end, from);
    if (found < 0) throw wrong(`${what} never ends`);
    return found;
  };
  const addText = (text: string) => {
    if (text === '') return;
    const parent = open.at(-1);
    if (parent !== undefined) parent.children.push(text);
    else if (text.trim() !== '') throw wrong('there is text outside of the root');
  };
  const close = (qualifiedName: string) => {
    const element = open.pop();
    if (element?.qualifiedName !== qualifiedName) throw wrong(`</${qualifiedName}> closes what is not open`);
  };

  while (at < source.length) {
    const tag = source.indexOf('<', at);
    if (tag < 0) {
      addText(source.slice(at));
      break;
    }
    addText(unescape(source.slice(at, tag), at, wrong));
    at = tag;
    if (source.startsWith('<!--', at)) at = after('-->', at + 4, 'a comment') + 3;
    else if (source.startsWith('<![CDATA[', at)) {
      const end = after(']]>', at, 'a CDATA section');
      addText(source.slice(at + 9, end));
      at = end + 3;
    } else if (source.startsWith('<?', at)) at = after('?>', at, 'an instruction') + 2;
    else if (source.startsWith('<!', at))
      throw unsupported('The XML in this file has a document type, which no office program writes');
    else if (source.startsWith('</', at)) {
      const end = after('>', at, 'a tag');
      close(source.slice(at + 2, end).trimEnd());
      at = end + 1;
    } else {
      NAME.lastIndex = at + 1;
      const qualifiedName = NAME.exec(source)?.[0];
      if (qualifiedName === undefined) throw wrong('a tag has no name');
      if (root !== null && open.length === 0) throw wrong('there is a second root');
      if (open.length >= DEEPEST) throw wrong(`elements lie more than ${DEEPEST} deep`);
      if (++elements > MOST_ELEMENTS) throw unsupported(`A part of this file has more than ${MOST_ELEMENTS} elements`);
      const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
      let end = NAME.lastIndex;
      for (;;) {
        ATTRIBUTE.lastIndex = end;
        const found = ATTRIBUTE.exec(source);
        if (found === null) break;
        attributes[localName(found[1]!)] ??= unescape(found[2]!.slice(1, -1), end, wrong);
        end = ATTRIBUTE.lastIndex;
      }
      const rest = /\s*(\/?)>/y;
      rest.lastIndex = end;
      const tail = rest.exec(source);
      if (tail === null) throw wrong(`the tag <${qualifiedName}> is broken`);
      const element = { qualifiedName, name: localName(qualifiedName), attributes, children: [] };
      open.at(-1)?.children.push(element);
      root ??= element;
      if (tail[1] === '') open.push(element);
      at = rest.lastIndex;
    }
  }
  const last = open.at(-1);
  if (last !== undefined) throw wrong(`<${last.qualifiedName}> is never closed`, source.length);
  if (root === null) throw wrong('it has no root', source.length);
  return root;
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element === undefined ? undefined : elementsOf(element).find((child) => child.name === name);
}

/** The children that are elements. */
export function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => typeof child !== 'string');
}

function localName(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.indexOf(':') + 1);
}

function unescape(text: string, offset: number, wrong: (what: string, offset: number) => Error): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&\s]{0,12});?/g, (reference, name: string, at: number) => {
    const known = reference.endsWith(';')
      ? Object.hasOwn(ENTITIES, name)
        ? ENTITIES[name]
        : numbered(name)
      : undefined;
    if (known === undefined) throw wrong(`${reference} means nothing`, offset + at);
    return known;
  });
}

function numbered(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-f]+)|([0-9]+))$/i.exec(name) ?? [];
  const code = hex !== undefined ? parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : NaN;
  const isCharacter = code <= 0x10ffff && code !== 0 && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
