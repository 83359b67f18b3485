/** A view as HTML text in the form of CommonMark's examples, for comparing and for nothing else: raw HTML stands as it is. */
import type { List, Nodes } from 'mdast';
import type { View } from '../document.ts';

/** The HTML of a view. */
export function toHtml({ blocks, definitions, footnotes }: View): string {
  const all = (nodes: readonly Nodes[]): string => nodes.map(one).join('');
  const lines = (nodes: readonly Nodes[]): string =>
    nodes
      .map(one)
      .filter((html) => html !== '')
      .map((html) => `${html}\n`)
      .join('');
  const target = (url: string, title: string | null | undefined): string =>
    `"${escape(encode(url))}"${title === null || title === undefined ? '' : ` title="${escape(title)}"`}`;
  const number = (identifier: string): number =>
    footnotes.findIndex((footnote) => footnote.identifier === identifier) + 1;

  function one(node: Nodes): string {
    switch (node.type) {
      case 'text':
        return escape(node.value);
      case 'html':
        return node.value.replace(/\n$/, '');
      case 'paragraph':
        return `<p>${all(node.children)}</p>`;
      case 'heading':
        return `<h${node.depth}>${all(node.children)}</h${node.depth}>`;
      case 'thematicBreak':
        return '<hr />';
      case 'blockquote':
        return `<blockquote>\n${lines(node.children)}</blockquote>`;
      case 'list':
        return list(node);
      case 'code': {
        const language = node.lang ? ` class="language-${escape(node.lang)}"` : '';
        return `<pre><code${language}>${escape(node.value === '' ? '' : `${node.value}\n`)}</code></pre>`;
      }
      case 'emphasis':
        return `<em>${all(node.children)}</em>`;
      case 'strong':
        return `<strong>${all(node.children)}</strong>`;
      case 'delete':
        return `<del>${all(node.children)}</del>`;
      case 'inlineCode':
        return `<code>${escape(node.value)}</code>`;
      case 'break':
        return '<br />\n';
      case 'link':
        return `<a href=${target(node.url, node.title)}>${all(node.children)}</a>`;
      case 'image':
        return `<img src=${target(node.url, null)} alt="${escape(node.alt ?? '')}"${node.title ? ` title="${escape(node.title)}"` : ''} />`;
      case 'linkReference': {
        const { url, title } = definitions.get(node.identifier)!;
        return one({ type: 'link', url, title: title ?? null, children: node.children });
      }
      case 'imageReference': {
        const { url, title } = definitions.get(node.identifier)!;
        return one({ type: 'image', url, title: title ?? null, alt: node.alt ?? null });
      }
      case 'maths':
        return `<math${node.display ? ' display="block"' : ''}>${escape(node.value)}</math>`;
      case 'footnoteReference':
        return `<sup>${number(node.identifier)}</sup>`;
      case 'table': {
        const rows = node.children.map(({ children }, row) => {
          const tag = row === 0 ? 'th' : 'td';
          const cells = children.map((cell, column) => {
            const align = node.align?.[column];
            return `<${tag}${align ? ` align="${align}"` : ''}>${all(cell.children)}</${tag}>`;
          });
          return `<tr>${cells.join('')}</tr>`;
        });
        return `<table>${rows.join('')}</table>`;
      }
      default:
        return '';
    }
  }

  function list(node: List): string {
    const loose = node.spread === true || node.children.some(({ spread }) => spread === true);
    const items = node.children.map((item) => {
      const box = typeof item.checked === 'boolean' ? `<input${item.checked ? ' checked' : ''} /> ` : '';
      let html = box;
      for (const [index, child] of item.children.entries()) {
        const tight = !loose && child.type === 'paragraph';
        const text = tight ? all(child.children) : one(child);
        if (text === '') continue;
        if (!tight || index > 0) html = html.replace(/\n?$/, '\n');
        html += tight ? text : `${text}\n`;
      }
      return `<li>${html}</li>\n`;
    });
    const tag = node.ordered === true ? 'ol' : 'ul';
    const start = node.ordered === true && node.start !== 1 ? ` start="${node.start}"` : '';
    return `<${tag}${start}>\n${items.join('')}</${tag}>`;
  }

  const notes = footnotes.map((footnote, index) => `<aside>${index + 1}: ${lines(footnote.children).trim()}</aside>\n`);
  return lines(blocks) + notes.join('');
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Percent-encodes what an address may not hold and leaves what is encoded already. */
function encode(url: string): string {
  return encodeURI(url).replace(/%25([0-9a-f]{2})/gi, '%$1');
}
