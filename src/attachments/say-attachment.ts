/** What an attachment is, as the page shows it; a model is told in words of its own (with-attachments.ts). */
import { formatInteger } from '../lib/format.ts';
import { m } from '../paraglide/messages.js';
import type { Attachment, AttachmentKind } from './attachment.ts';

const KINDS: Record<AttachmentKind, () => string> = {
  text: m.composer_kind_text,
  csv: m.composer_kind_table,
  html: m.composer_kind_web_page,
  pdf: () => 'PDF',
  docx: m.composer_kind_word,
  odt: m.composer_kind_open_document,
};

/** What an attachment is, in a few words: `PDF, 12 pages`. */
export function sayAttachment({ kind, pages, table }: Pick<Attachment, 'kind' | 'pages' | 'table'>): string {
  const parts = [KINDS[kind]()];
  if (pages !== undefined) parts.push(m.composer_pages(counted(pages)));
  else if (table !== undefined)
    parts.push(m.composer_rows(counted(table.rows)), m.composer_columns(counted(table.columns)));
  return parts.join(', ');
}

function counted(count: number): { readonly count: number; readonly shown: string } {
  return { count, shown: formatInteger(count) };
}
