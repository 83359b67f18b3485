/** What a file is, by its first bytes; by its name only where its bytes are text. Names what cannot be read. */
import { unsupported, type AttachmentKind } from './attachment.ts';

/** What a reader is chosen by. A zip is looked into before it is a DOCX or an ODT file. */
export type FileForm = Exclude<AttachmentKind, 'docx' | 'odt'> | 'zip';

const HEAD_BYTES = 1024;
const TEXT_REMEDY = 'Attach the text that belongs to it, or describe it in words.';

/** Files that are known by their first bytes and not read: bytes as Latin-1 text, name, and what to do. */
const REFUSED: readonly (readonly [RegExp, string, string])[] = [
  [/^\{\\rtf/, 'an RTF file', 'Open it in a word processor and save it as DOCX, ODT or PDF.'],
  [
    /^\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1/,
    'a file of an older Microsoft Office (DOC, XLS, PPT, MSG), or one that a password protects',
    'Open it in its own program and save it as DOCX or PDF, without a password.',
  ],
  [/^GGUF/, 'a model, not a text', 'Open it with “Open a model file”.'],
  [
    /^\x89PNG|^\xFF\xD8\xFF|^GIF8[79]a|^BM.{4}\0\0\0\0|^RIFF.{4}WEBP|^II\*\0|^MM\0\*|^.{4}ftyp(avif|heic|heix|mif1)/s,
    'a picture',
    TEXT_REMEDY,
  ],
  [/^ID3|^\xFF[\xFB\xF3\xF2]|^OggS|^fLaC|^RIFF.{4}WAVE|^.{4}ftypM4A/s, 'a sound file', TEXT_REMEDY],
  [/^.{4}ftyp|^RIFF.{4}AVI |^\x1A\x45\xDF\xA3/s, 'a film', TEXT_REMEDY],
  [
    /^\x1F\x8B|^BZh|^\xFD7zXZ\0|^7z\xBC\xAF\x27\x1C|^Rar!|^\x28\xB5\x2F\xFD/,
    'a compressed file',
    'Unpack it and attach what is in it.',
  ],
  [/^MZ.{30}|^\x7FELF|^\xCF\xFA\xED\xFE|^\xCA\xFE\xBA\xBE/s, 'a program', TEXT_REMEDY],
  [/^SQLite format 3\0/, 'a database', 'Export a table as CSV and attach that.'],
];

/** Tells a file by its bytes; throws `FileUnsupported` with the file's kind for one that is known and not read. */
export function fileForm(bytes: Uint8Array, name: string): FileForm {
  const head = latin1(bytes.subarray(0, HEAD_BYTES));
  // The format allows other bytes before the header (ISO 32000-1, Annex H.3.4.1).
  if (head.includes('%PDF-')) return 'pdf';
  if (/^PK(\x03\x04|\x05\x06|\x07\x08)/.test(head)) return 'zip';
  for (const [start, what, remedy] of REFUSED) if (start.test(head)) throw unsupported(`This is ${what}`, remedy);
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (['csv', 'tsv', 'tab'].includes(extension)) return 'csv';
  if (['html', 'htm', 'xhtml'].includes(extension) || /^(\xEF\xBB\xBF)?\s*<(!doctype html|html)[\s>]/i.test(head))
    return 'html';
  if (extension === 'pdf') throw unsupported('This is not a PDF file: its name says so, its content does not');
  return 'text';
}

/** The encoding that the head of a page in HTML or XML names, in lower case; `null` where it names none. */
export function declaredEncoding(bytes: Uint8Array): string | null {
  const head = latin1(bytes.subarray(0, HEAD_BYTES));
  const found =
    /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(head) ?? /^<\?xml[^>]+encoding\s*=\s*["']([\w.-]+)/.exec(head);
  return found?.[1]?.toLowerCase() ?? null;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
