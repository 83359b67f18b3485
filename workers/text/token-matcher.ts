/** Finds whole tokens in text, leftmost and longest first: special tokens in a prompt, added words in plain text. */

interface Node {
  readonly next: Map<string, Node>;
  id: number | null;
}

/** A part of a text: the id of a token that was found, or the text between two of them (never empty). */
export type TextPart = number | string;

/** A set of tokens to look for. Building takes time in proportion to their letters, matching to the text's. */
export class TokenMatcher {
  readonly #root: Node = { next: new Map(), id: null };

  constructor(tokens: Iterable<readonly [text: string, id: number]>) {
    for (const [text, id] of tokens) {
      let node = this.#root;
      for (const unit of text.split('')) {
        let child = node.next.get(unit);
        if (!child) node.next.set(unit, (child = { next: new Map(), id: null }));
        node = child;
      }
      if (text !== '') node.id ??= id;
    }
  }

  /** Splits text at the tokens in it. */
  split(text: string): TextPart[] {
    if (this.#root.next.size === 0) return text === '' ? [] : [text];
    const parts: TextPart[] = [];
    let textStart = 0;
    for (let start = 0; start < text.length;) {
      const found = this.#matchAt(text, start);
      if (!found) {
        start += 1;
        continue;
      }
      if (start > textStart) parts.push(text.slice(textStart, start));
      parts.push(found.id);
      start = textStart = found.end;
    }
    if (textStart < text.length) parts.push(text.slice(textStart));
    return parts;
  }

  #matchAt(text: string, start: number): { id: number; end: number } | null {
    let found: { id: number; end: number } | null = null;
    let node = this.#root.next.get(text[start]!);
    for (let end = start + 1; node; end += 1) {
      if (node.id !== null) found = { id: node.id, end };
      if (end === text.length) break;
      node = node.next.get(text[end]!);
    }
    return found;
  }
}
