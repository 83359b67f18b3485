/** Names of files that every system takes: no separators, no reserved names, no two alike. */

/** In characters, and in bytes of UTF-8: most systems end at 255 with all that comes behind the name. */
const LONGEST_NAME = 80;
const LONGEST_BYTES = 200;
/** Windows keeps these for devices, with any ending; the digits may be raised. */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³])$/iu;
/**
 * Control and format characters (which could turn the direction of writing), separators, what Windows refuses, and code
 * points that are no characters, which some systems refuse.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\\/:*?"<>|\uFFFD]/gu;

/** A name from a text, without an ending; `fallback` where nothing is left of it. */
export function safeFileName(text: string, fallback = 'chat'): string {
  const plain = text
    .toWellFormed()
    .replace(UNSAFE, ' ')
    .replace(/\s+/gu, ' ')
    // A dot in front hides a file, and a dash in front is an option to the programs of a command line.
    .replace(/^[\s.-]+/u, '');
  // A dot at the end is dropped by Windows.
  const name = shortened(plain).replace(/[\s.…]+$/gu, '');
  if (name === '') return fallback;
  const stem = name.split('.')[0]!.trim();
  return RESERVED.test(stem) ? `${stem} ${fallback}` : name;
}

/** As many characters of a text as a name may have. */
function shortened(text: string): string {
  let short = '';
  let bytes = 0;
  for (const character of [...text].slice(0, LONGEST_NAME)) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > LONGEST_BYTES) break;
    short += character;
  }
  return short;
}

/** Gives out names with an ending, none twice, where upper and lower case count as alike. */
export class FileNames {
  readonly #taken = new Set<string>();

  /** A name for this text: `name.ending`, or `name (2).ending` where that is taken. */
  take(text: string, ending: string): string {
    const name = safeFileName(text);
    let unique = `${name}.${ending}`;
    for (let count = 2; this.#taken.has(unique.toLowerCase().normalize('NFC')); count++) {
      unique = `${name} (${count}).${ending}`;
    }
    this.#taken.add(unique.toLowerCase().normalize('NFC'));
    return unique;
  }
}
