/** A long paste as an attachment, so that it does not bury the words around it. */
import { m } from '../paraglide/messages.js';
import { cutText, type Attachment } from './attachment.ts';
import { cleanName, shortenName } from './file-name.ts';

/** A paste of more characters than this becomes an attachment, where a person has set nothing else. */
export const PASTE_LIMIT = 2_500;

const TITLE_LENGTH = 40;

/**
 * The attachment that a paste becomes, named by its first line that is not blank; `null` where it has no more than `limit`
 * UTF-16 units, nothing but white space, or where `limit` is 0: then it is pasted as ever.
 */
export function pasted(text: string, limit: number = PASTE_LIMIT): Attachment | null {
  if (limit <= 0 || text.length <= limit || text.trim() === '') return null;
  const lines = text.replace(/\r\n?/g, '\n');
  const first = cleanName(/\S[^\n]*/.exec(lines)![0].slice(0, 1000));
  return {
    name: m.composer_pasted_text({ title: shortenName(first, TITLE_LENGTH) }),
    kind: 'text',
    bytes: new TextEncoder().encode(text).length,
    ...cutText(lines),
  };
}
