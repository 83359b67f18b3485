/**
 * Writes SentencePiece's table of characters for tests, as simply as the format allows: every node with children has a
 * block of 256 units to itself. Source: see `workers/text/charsmap.ts`.
 */

const BLOCK = 256;

interface Node {
  readonly children: Map<number, Node>;
  replacement: string | null;
}

/** The bytes of a table that replaces each key by its value. Few keys only: offsets stay below 2²¹. */
export function writeCharsmap(replacements: Readonly<Record<string, string>>): Uint8Array {
  const encoder = new TextEncoder();
  const root: Node = { children: new Map(), replacement: null };
  for (const [sequence, replacement] of Object.entries(replacements)) {
    let node = root;
    for (const byte of encoder.encode(sequence)) {
      const child = node.children.get(byte) ?? { children: new Map(), replacement: null };
      node.children.set(byte, child);
      node = child;
    }
    node.replacement = replacement;
  }
  const units: number[] = new Array<number>(BLOCK).fill(0);
  const texts: number[] = [];
  const write = (node: Node, place: number, label: number): void => {
    const base = units.length;
    for (let index = 0; index < BLOCK; index++) units.push(0);
    units[place] = label | (node.replacement === null ? 0 : 1 << 8) | ((base ^ place) << 10);
    if (node.replacement !== null) {
      units[base] = (texts.length | 0x8000_0000) >>> 0;
      texts.push(...encoder.encode(node.replacement), 0);
    }
    for (const [byte, child] of node.children) write(child, base ^ byte, byte);
  };
  write(root, 0, 0);
  const bytes = new Uint8Array(4 + units.length * 4 + texts.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, units.length * 4, true);
  for (const [index, unit] of units.entries()) view.setUint32(4 + index * 4, unit, true);
  bytes.set(texts, 4 + units.length * 4);
  return bytes;
}
