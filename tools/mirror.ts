/**
 * `npm run mirror -- DIR [--help]`
 *
 * Writes `DIR/index.json`, with which Freehold finds the models in DIR when that folder lies beside its page as `models/`,
 * or on any other static server. Run again, it writes the same.
 */
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFolderIndex } from '../workers/format/folder-index.ts';
import { formatBytes } from '../workers/protocol/format-bytes.ts';
import { FOLDER_INDEX } from '../workers/protocol/model-folder.ts';
import type { FolderIndex, FolderModel } from '../workers/protocol/model-folder.ts';
import { makeFolderIndex } from './folder-index.ts';

const HELP = `npm run mirror -- DIR

Makes DIR a folder of models that Freehold finds by itself: looks for model files in it and below it (GGUF, whole or in
parts; folders of safetensors; MLC folders), reads what each says of itself, and writes names, sizes and SHA-256 into
DIR/index.json. What Freehold cannot run is left out and named. No file but the index is changed.

Then let what is in DIR be the folder "models" beside Freehold's index.html, or put DIR on any static server and name its
address in Freehold, under "Take models from somewhere else".`;

/** Runs the command; resolves to the exit code: 1 where there is no model to list. */
export async function main(argv: readonly string[]): Promise<number> {
  const [folder, ...others] = argv;
  if (folder === '--help' || folder === '-h') {
    console.log(HELP);
    return 0;
  }
  if (folder === undefined || others.length > 0 || folder.startsWith('-'))
    throw new Error(`give one folder\n\n${HELP}`);
  if (!(await stat(folder).catch(() => null))?.isDirectory()) throw new Error(`${folder} is no folder`);

  const place = join(folder, FOLDER_INDEX);
  const before = await readFile(place, 'utf8').catch(() => null);
  const { index, leftOut } = await makeFolderIndex(folder, earlierIndex(before, place), (path) => {
    console.log(`reading ${path}`);
  });
  if (index.models.length > 0) {
    const bytes = index.models.reduce((sum, model) => sum + bytesOf(model), 0);
    console.log(`\n${count(index.models.length)}, ${formatBytes(bytes)}:`);
    for (const model of index.models) console.log(`  ${line(model)}`);
  }
  if (leftOut.length > 0) console.log(`\nleft out:`);
  for (const { path, reason } of leftOut) console.log(`  ${path}: ${reason}`);
  if (index.models.length === 0) {
    console.log(`\nThere is no model in ${folder} that Freehold can run, so no index was written.`);
    return 1;
  }
  console.log(`\n${place} ${await write(place, index, before)}.`);
  return 0;
}

/** A broken one is written anew: all that is lost is where models are from. */
function earlierIndex(text: string | null, place: string): FolderIndex | null {
  try {
    return text === null ? null : parseFolderIndex(text, place);
  } catch {
    return null;
  }
}

/** Written whole or not at all: a page may be reading it. */
async function write(place: string, index: FolderIndex, before: string | null): Promise<string> {
  const text = `${JSON.stringify(index, null, 2)}\n`;
  if (text === before) return 'is up to date';
  await writeFile(`${place}.new`, text);
  await rename(`${place}.new`, place);
  return 'is written';
}

function count(models: number): string {
  return models === 1 ? '1 model' : `${models} models`;
}

function line(model: FolderModel): string {
  const { name, files, quantization, license, origin } = model;
  const where = files.length === 1 ? files[0]!.path : `${files.length} files`;
  const from = origin === null ? [] : [`from ${origin.repository}`];
  return [name, formatBytes(bytesOf(model)), quantization, license ?? 'names no licence', ...from, where].join(' · ');
}

function bytesOf({ files }: FolderModel): number {
  return files.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
