/** Bytes of a text file → text. Refuses what is no text; nothing is guessed by the file's name. */
import { unsupported } from './attachment.ts';

/** A text, and what is uncertain about it. */
export interface DecodedText {
  /** Lines end in `\n`; no byte order mark. */
  readonly text: string;
  readonly warnings: string[];
}

/** Control characters that text files have: tab, line feed, form feed, carriage return, escape (of a terminal's log). */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

/**
 * Reads UTF-8, UTF-16 with a byte order mark, and else `declared` (a label of the Encoding Standard, as a page names it) or
 * Windows-1252, which is Latin-1 with letters where that has controls. Throws `FileUnsupported` for bytes that are no text.
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): DecodedText {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff))
    throw unsupported('This text is in UTF-32, which browsers do not read', 'Save it as UTF-8.');
  if (a === 0xff && b === 0xfe) return utf16('utf-16le', bytes);
  if (a === 0xfe && b === 0xff) return utf16('utf-16be', bytes);
  refuseBinary(bytes);

  const utf8 = new TextDecoder('utf-8', { fatal: true });
  try {
    const text = utf8.decode(bytes, { stream: true });
    try {
      utf8.decode();
    } catch {
      // With nothing else beyond ASCII it is rather an accent of Latin-1.
      if (!/[^\0-\x7f]/.test(text)) return legacy(bytes, declared);
      return { text: lines(text), warnings: ['The file ends inside a character: it may be cut off.'] };
    }
    return { text: lines(text), warnings: [] };
  } catch {
    return legacy(bytes, declared);
  }
}

function utf16(label: 'utf-16le' | 'utf-16be', bytes: Uint8Array): DecodedText {
  const text = new TextDecoder(label).decode(bytes);
  if (text.includes('\0')) throw unsupported('This file is not text: it begins as UTF-16 and has zeros in it');
  const warnings = text.includes('\uFFFD') ? ['Some characters could not be read and are shown as \uFFFD.'] : [];
  return { text: lines(text), warnings };
}

function legacy(bytes: Uint8Array, declared: string | null): DecodedText {
  if (declared !== null) {
    try {
      const text = new TextDecoder(declared).decode(bytes);
      const warnings = text.includes('\uFFFD') ? [`Some characters are not what ${declared} allows.`] : [];
      return { text: lines(text), warnings };
    } catch {
      // A label that no browser knows: as if there were none.
    }
  }
  return {
    text: lines(new TextDecoder('windows-1252').decode(bytes)),
    warnings: ['The file is not UTF-8. It was read as Latin-1: letters with accents may be wrong.'],
  };
}

/** Throws for a byte of zero, or for more than one control character in a thousand bytes: no text has these. */
function refuseBinary(bytes: Uint8Array): void {
  let controls = 0;
  for (let offset = 0; offset < bytes.length; offset++) {
    const byte = bytes[offset]!;
    if (byte === 0) throw unsupported(`This file is not text: there is a zero at byte ${offset}`, REMEDY);
    if (byte < 0x20 && !TEXT_CONTROLS.has(byte)) controls++;
  }
  if (controls > bytes.length / 1000)
    throw unsupported(`This file is not text: ${controls} of its ${bytes.length} bytes are control characters`, REMEDY);
}

const REMEDY = 'Freehold reads text of any kind, CSV, HTML, PDF, DOCX and ODT files.';

function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
