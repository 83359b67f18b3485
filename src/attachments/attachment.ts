/**
 * What a file becomes that a person attaches to a message: its text, and what must be said about it.
 *
 * A file that cannot be read is refused with an `EngineError` whose message is shown as it is; a file that can be read in
 * part becomes an attachment with warnings.
 */
import { EngineError } from '../../workers/protocol/errors.ts';

/** What a file was, by its content. */
export type AttachmentKind = 'text' | 'csv' | 'html' | 'pdf' | 'docx' | 'odt';

/** Size of a table in a CSV or TSV file. */
export interface TableSize {
  /** Records, the heading included, empty lines not. */
  readonly rows: number;
  /** Fields of the longest record. */
  readonly columns: number;
}

/** A file's text. */
export interface Attachment {
  /** Cleaned by `cleanName`: one line, with nothing invisible that turns or hides text. */
  readonly name: string;
  readonly kind: AttachmentKind;
  /** Lines end in `\n`; never empty. */
  readonly text: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Of a PDF. */
  readonly pages?: number;
  /** Of a CSV or TSV file. */
  readonly table?: TableSize;
  /** What of the file the text does not show, as sentences. */
  readonly warnings: readonly string[];
}

/** What one kind of reader makes of the bytes. */
export type Reading = Pick<Attachment, 'text' | 'pages' | 'table' | 'warnings'>;

/** What one file may cost. */
export const LIMITS = {
  fileBytes: 50_000_000,
  /** UTF-16 units of text, as `String.length` counts. */
  characters: 2_000_000,
  pages: 5_000,
  pageMs: 20_000,
  /** One unpacked part of a DOCX or ODT file, and all that are read of it. */
  unpackedBytes: 40_000_000,
  /** Unpacked to packed bytes, of parts of more than a megabyte. */
  unpackRatio: 250,
} as const;

/** An error for a file of a kind, or with a lock, that Freehold does not read. */
export function unsupported(what: string, remedy?: string): EngineError {
  return new EngineError('FileUnsupported', { what, ...(remedy !== undefined && { remedy }) });
}

/** An error for a file that is not what it begins as. */
export function damaged(what: string, facts: { offset?: number; expected?: string; got?: string } = {}): EngineError {
  return new EngineError('FileMalformed', { what, ...facts, remedy: 'Open it in its own program and save it anew.' });
}

/**
 * The first `limit` UTF-16 units of a text, a character less where that would cut one in two, and a warning that says so;
 * the whole text with no warning where it is not longer.
 */
export function cutText(text: string, limit: number = LIMITS.characters): { text: string; warnings: string[] } {
  if (text.length <= limit) return { text, warnings: [] };
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1));
  const kept = text.slice(0, splitsPair ? limit - 1 : limit);
  const [some, all] = [kept.length, text.length].map((count) => count.toLocaleString('en'));
  return { text: kept, warnings: [`Only the first ${some} of ${all} characters are used.`] };
}
