/**
 * The words that a model is asked with: each attachment between two lines of backticks, then what the person wrote.
 *
 * A line of backticks is longer than any run of them in the text between, so no text can end itself and pose as the
 * person's words: the rule of CommonMark's fenced code blocks, which models know.
 */
import type { Attachment, AttachmentKind } from './attachment.ts';
import { cleanName } from './file-name.ts';

const KINDS: Record<AttachmentKind, string> = {
  text: 'text',
  csv: 'table',
  html: 'web page',
  pdf: 'PDF',
  docx: 'Word document',
  odt: 'OpenDocument text',
};

/** What an attachment is, as models are told whatever the page's language: `PDF, 12 pages`. */
function describeAttachment({ kind, pages, table }: Pick<Attachment, 'kind' | 'pages' | 'table'>): string {
  if (pages !== undefined) return `${KINDS[kind]}, ${counted(pages, 'page')}`;
  if (table !== undefined) return `${KINDS[kind]}, ${counted(table.rows, 'row')}, ${counted(table.columns, 'column')}`;
  return KINDS[kind];
}

/** The content of a person's message: attachments in their order, the person's own words last. */
export function withAttachments(text: string, attachments: readonly Attachment[]): string {
  const parts = attachments.map((attachment, index) => {
    const fence = '`'.repeat(Math.max(3, longestRun(attachment.text) + 1));
    const head = `Attached file ${index + 1} of ${attachments.length}: ${cleanName(attachment.name)} (${describeAttachment(attachment)})`;
    const notes = attachment.warnings.map((warning) => `Note: ${warning}`);
    return [head, ...notes, fence, attachment.text, fence].join('\n');
  });
  if (text !== '') parts.push(text);
  return parts.join('\n\n');
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}
