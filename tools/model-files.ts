/** The files of a model on this machine's disk, from what a person gives a tool: a file, its parts, or a folder. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { findModels } from '../workers/format/find-models.ts';
import { splitName } from '../workers/format/gguf-split.ts';
import type { ModelBytes } from '../workers/engines/load-model.ts';
import { EngineError } from '../workers/protocol/errors.ts';
import type { ListedFile, ModelChoice } from '../workers/protocol/found.ts';
import { namesInFolder } from '../workers/protocol/names-in-folder.ts';
import { openFileSource } from './testing/file-source.ts';

/** A model's open files. */
export interface ModelFiles {
  /** What to call the model where its files give it no name. */
  readonly name: string;
  readonly bytes: ModelBytes;
  /** Closes every file. */
  close(): Promise<void>;
}

/**
 * Opens one file of any name, several files of one model, any one part of a GGUF (the others lie beside it), or a folder
 * with one model in it. Rejects with `NotFound` where something is missing, or where there are several models.
 */
export async function openModelFiles(paths: readonly string[]): Promise<ModelFiles> {
  const [first = ''] = paths;
  const isFolder = (await stat(first).catch(() => null))?.isDirectory() ?? false;
  if (paths.length === 1 && !isFolder && splitName(first) === null) return open(basename(first), paths);
  const folder = isFolder ? first : dirname(first);
  const listed = paths.length === 1 ? await listFolder(folder) : await Promise.all(paths.map((path) => describe(path)));
  const found = findModels(listed, basename(folder)).flatMap(({ name, choices }) =>
    choices.map((choice) => ({ name, choice })),
  );
  // One part stands for all of its model, whatever else lies beside it.
  const meant =
    paths.length > 1 || isFolder
      ? found
      : found.filter(({ choice }) => choice.files.some(({ path }) => resolve(path) === resolve(first)));
  const [only] = meant;
  if (!only) throw notFound(`There is no model in ${folder}`, 'Give a .gguf file, or a folder with config.json.');
  if (meant.length > 1) {
    const names = meant.map(({ choice }) => choice.files[0]!.path).join(', ');
    throw notFound(`There are ${meant.length} models in ${folder}`, `Give the first file of one: ${names}.`);
  }
  if (only.choice.missing.length > 0)
    throw notFound(
      `The model lacks ${only.choice.missing.map((path) => basename(path)).join(', ')}`,
      'Add what is missing.',
    );
  return open(only.name, filesOf(only.choice));
}

async function open(name: string, paths: readonly string[]): Promise<ModelFiles> {
  const sources: Awaited<ReturnType<typeof openFileSource>>[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.close()));
  };
  try {
    for (const path of paths) sources.push(await openFileSource(path));
  } catch (error) {
    await close();
    throw error;
  }
  const names = namesInFolder(paths.map((path) => resolve(path).split(sep).join('/')));
  const named = sources.map((source, index) => ({ ...source, fileName: names[index]! }));
  return { name, bytes: named.length === 1 ? named[0]! : named, close };
}

/** Every file in a folder and below it, with its size; a link counts as what it leads to. */
export async function listFolder(folder: string): Promise<ListedFile[]> {
  const inside = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    inside.filter((entry) => !entry.isDirectory()).map((entry) => describe(join(entry.parentPath, entry.name))),
  );
}

/** Hubs' caches hold links to files: their sizes are the files'. A link to nowhere counts as empty. */
async function describe(path: string): Promise<ListedFile> {
  return { path, bytes: (await stat(path).catch(() => null))?.size ?? 0 };
}

function filesOf({ files }: ModelChoice): string[] {
  return files.map(({ path }) => path);
}

function notFound(what: string, remedy: string): EngineError {
  return new EngineError('NotFound', { what, remedy });
}
