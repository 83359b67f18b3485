/**
 * What the page needs of a parsed tree and Markdown's does not say: levels of headings that fit the page's outline, what
 * refers to what, and no more nesting than a browser can draw. Changes the tree in place and takes its positions out, so
 * that equal text gives equal trees wherever it stands.
 */
import type { Definition, FootnoteDefinition, Nodes, RootContent } from 'mdast';

declare module 'mdast' {
  interface HeadingData {
    /** The level in the page's outline, 2 to 6. */
    level?: number;
  }
}

/** Nesting that goes deeper than this is shown as its source. */
const MAX_DEPTH = 40;

/** What a list of blocks refers to and defines, in the order of the text. */
export interface Contents {
  readonly definitions: readonly Definition[];
  readonly footnotes: readonly FootnoteDefinition[];
  /** Identifiers of the footnotes that are called outside footnotes. */
  readonly calls: readonly string[];
  /** The depths of the headings above what follows, outermost first. */
  readonly outline: readonly number[];
}

/**
 * Refines blocks that were parsed from `source`, where `outline` are the headings above them. A heading is one level below
 * the nearest one above it that is larger, so that no level is left out; the first is a second-level one, for the page has
 * the first.
 */
export function refine(blocks: readonly RootContent[], source: string, outline: readonly number[]): Contents {
  const definitions: Definition[] = [];
  const footnotes: FootnoteDefinition[] = [];
  const calls: string[] = [];
  const above = [...outline];

  const visit = (node: Nodes, depth: number, inFootnote: boolean): void => {
    if (node.type === 'heading') {
      while ((above.at(-1) ?? 0) >= node.depth) above.pop();
      above.push(node.depth);
      node.data = { level: Math.min(above.length + 1, 6) };
    } else if (node.type === 'definition') definitions.push(node);
    else if (node.type === 'footnoteDefinition') footnotes.push(node);
    else if (node.type === 'footnoteReference' && !inFootnote) calls.push(node.identifier);
    // A line ending in code is a space (CommonMark 0.31, section 6.1), which the tree leaves to whoever draws it.
    else if (node.type === 'inlineCode') node.value = node.value.replace(/\n/g, ' ');
    if ('children' in node) {
      const inside = inFootnote || node.type === 'footnoteDefinition';
      if (depth >= MAX_DEPTH) flatten(node, source);
      else for (const child of node.children) visit(child, depth + 1, inside);
    }
    delete node.position;
  };
  for (const block of blocks) visit(block, 0, false);
  return { definitions, footnotes, calls, outline: above };
}

/** Puts the source in place of what a node holds. */
function flatten(node: Extract<Nodes, { children: unknown[] }>, source: string): void {
  const from = node.children[0]?.position?.start.offset ?? 0;
  const value = source.slice(from, node.children.at(-1)?.position?.end.offset ?? from);
  const text: Nodes = { type: 'text', value };
  const holdsText = ['paragraph', 'heading', 'emphasis', 'strong', 'delete', 'link', 'linkReference', 'tableCell'];
  const child: Nodes = holdsText.includes(node.type) ? text : { type: 'paragraph', children: [text] };
  Object.assign(node, {
    children: node.type === 'list' || node.type === 'table' || node.type === 'tableRow' ? [] : [child],
  });
}

/** Identifiers of footnotes that are called inside `footnote`. */
export function callsWithin(footnote: FootnoteDefinition): string[] {
  const calls: string[] = [];
  const visit = (node: Nodes): void => {
    if (node.type === 'footnoteReference') calls.push(node.identifier);
    if ('children' in node) node.children.forEach(visit);
  };
  visit(footnote);
  return calls;
}
