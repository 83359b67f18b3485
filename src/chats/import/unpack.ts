/** The texts in a file that a person chose: its own, or those in a zip that may hold chats. Bounded before it is unpacked. */
import { IMPORT_LIMITS, refuse } from './facts.ts';

const MIB = 2 ** 20;

/** A text and the name of the file it is from. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Throws `FileMalformed` for a file that is too large to be read. */
export function checkSize({ name, size }: File): void {
  const { fileBytes } = IMPORT_LIMITS;
  if (size > fileBytes)
    throw refuse(`${name} is too large`, `at most ${fileBytes / MIB} MiB`, `${Math.ceil(size / MIB)} MiB`, SMALLER);
}

/** Throws `FileMalformed` for files that are too large, no sound zip, a zip with no text that can be chats, or no UTF-8. */
export async function unpack(file: File): Promise<readonly NamedText[]> {
  checkSize(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return [{ name: file.name, text: decode(bytes, file.name) }];
  return unzip(bytes, file.name);
}

const SMALLER = 'Export fewer chats at a time, or unpack the file and choose the conversations.json in it.';
/** ChatGPT's export has many files; chats are in this one, or in several of it. */
const CHATGPT = /(?:^|\/)conversations(?:-\d+)?\.json$/u;
const TEXTS = /\.jsonl?$/u;

async function unzip(bytes: Uint8Array, fileName: string): Promise<readonly NamedText[]> {
  const { unzipSync } = await import('fflate');
  // The first pass takes nothing: it lists, so that only what is wanted is unpacked.
  const sizes = new Map<string, number>();
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        sizes.set(name, originalSize);
        return false;
      },
    });
  } catch (error) {
    throw refuse(`${fileName} cannot be unpacked`, 'a sound zip file', String((error as Error).message));
  }
  const all = [...sizes.keys()].filter((name) => !name.startsWith('__MACOSX/'));
  const chats = all.filter((name) => CHATGPT.test(name));
  const names = chats.length > 0 ? chats : all.filter((name) => TEXTS.test(name));
  if (names.length === 0)
    throw refuse(
      `${fileName} has no chats`,
      'a conversations.json or other JSON in the zip',
      `${all.length} other files`,
    );
  const total = names.reduce((sum, name) => sum + sizes.get(name)!, 0);
  const { unpackedBytes } = IMPORT_LIMITS;
  if (total > unpackedBytes)
    throw refuse(
      `${fileName} is too large`,
      `at most ${unpackedBytes / MIB} MiB unpacked`,
      `${Math.ceil(total / MIB)} MiB`,
      SMALLER,
    );
  try {
    // An entry that is larger than the zip says does not get more room than that.
    const files = unzipSync(bytes, { filter: ({ name }) => names.includes(name) });
    return names.map((name) => ({ name, text: decode(files[name]!, name) }));
  } catch (error) {
    if (error instanceof Error && error.name === 'FileMalformed') throw error;
    throw refuse(`${fileName} cannot be unpacked`, 'a sound zip file', String((error as Error).message));
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse(`${name} cannot be read`, 'text in UTF-8', 'other bytes');
  }
}
