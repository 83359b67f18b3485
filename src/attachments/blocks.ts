/** A document as blocks, whatever file it came from, and their plain text: Markdown's forms, which models know. */

/** One block of a document; every text is plain, `\n` in it is a break that the writer set. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'preformatted'; readonly text: string }
  /** `marker` is `-` or a number with its full stop; `depth` counts from 0. */
  | { readonly kind: 'item'; readonly depth: number; readonly marker: string; readonly text: string }
  /** Rows of cells; rows may differ in length. */
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

/** The text of a document: blocks with an empty line between them, none between the items of a list. Empty blocks are left out. */
export function blocksText(blocks: readonly Block[]): string {
  let text = '';
  let last: Block | null = null;
  for (const block of blocks) {
    const written = blockText(block);
    if (written.trim() === '') continue;
    if (last !== null) text += last.kind === 'item' && block.kind === 'item' ? '\n' : '\n\n';
    text += written;
    last = block;
  }
  return text;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const text = oneLine(block.text);
      return text === '' ? '' : `${'#'.repeat(Math.min(6, Math.max(1, block.level)))} ${text}`;
    }
    case 'paragraph':
      return block.text.trim();
    case 'preformatted':
      return block.text.replace(/^\n+/, '').trimEnd();
    case 'item': {
      const text = block.text.trim();
      const indent = '  '.repeat(block.depth);
      return text === '' ? '' : `${indent}${block.marker} ${text.replaceAll('\n', `\n${indent}  `)}`;
    }
    case 'table':
      return tableText(block.rows);
  }
}

function tableText(rows: readonly (readonly string[])[]): string {
  const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  const columns = Math.max(0, ...filled.map((row) => row.length));
  const lines = filled.map((row) => {
    const cells = Array.from({ length: columns }, (_, column) => oneLine(row[column] ?? '').replaceAll('|', '\\|'));
    return `| ${cells.join(' | ')} |`;
  });
  lines.splice(1, 0, ...(lines.length > 0 ? [`|${' --- |'.repeat(columns)}`] : []));
  return lines.join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
