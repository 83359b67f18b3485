/** Reads the corpus' hand-written files from disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTopics, type Topic } from './topics.ts';

/** Where the hand-written files lie, relative to the repository's root. */
export const TEXT_FOLDER = 'tools/train/corpus/text';

/** A hand-written file's text, by its path under the text folder. */
export function readText(path: string): string {
  return readFileSync(join(TEXT_FOLDER, path), 'utf8');
}

/** All topics of a folder's `.txt` files, in the order of their names. */
export function readTopics(folder: string): Topic[] {
  const names = readdirSync(join(TEXT_FOLDER, folder)).filter((name) => name.endsWith('.txt'));
  return names.toSorted().flatMap((name) => parseTopics(readText(`${folder}/${name}`), name));
}

/** The lines of a file that are neither empty nor remarks (`# …`). */
export function readLines(path: string): string[] {
  return readText(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('# '));
}

/** The parts of a file between lines of `---`, trimmed. */
export function readParts(path: string): string[] {
  return readText(path)
    .split(/^---$/mu)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
