/**
 * What lies beside an exported model's files, as `freehold.json`: what it is, by which hash to know it, and where it came
 * from, so that another browser can take it in as what it is here. Whoever hands on a folder can write anything into it: of
 * a record only the hash and the source are taken, the source only in the forms that this page writes itself, and both count
 * only for the very bytes that have that hash.
 */
import type { FileBytes } from '../protocol/model.ts';
import type { OriginRecord, PublishedSource } from '../source/opened-source.ts';
import type { Manifest } from './manifest.ts';

/** The file's name. */
export const RECORD_NAME = 'freehold.json';
/** Of this form. */
const VERSION = 1;
/** A list of a thousand files has a tenth of this. */
const BYTES_MAX = 1024 * 1024;
const TEXT_MAX = 2000;
const FILES_MAX = 10_000;

/** The record of a complete model, as text. */
export function recordOf({ summary, sha256, source, byteLength, files }: Manifest): string {
  const { name, fileName, license, author, architecture, quantization } = summary;
  const record = {
    freehold: VERSION,
    ...{ name, author, license, architecture, quantization, sha256, source },
    files: files ?? [{ fileName, byteLength }],
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** What a record says of a model; `null` where it is none that this page could have written. Never rejects. */
export async function readRecord(file: FileBytes): Promise<OriginRecord | null> {
  if (file.size > BYTES_MAX) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await file.arrayBuffer()));
    if (!isObject(value) || value.freehold !== VERSION || !isHash(value.sha256, 64)) return null;
    const { sha256, files } = value;
    if (!Array.isArray(files) || files.length > FILES_MAX) return null;
    const fileNames = files.map((listed: unknown) => (isObject(listed) ? listed.fileName : null));
    return fileNames.every(isText) ? { sha256, fileNames, source: readSource(value.source) } : null;
  } catch {
    return null;
  }
}

function readSource(value: unknown): PublishedSource | null {
  if (!isObject(value)) return null;
  if (value.kind === 'url') return isAddress(value.url) ? { kind: 'url', url: value.url } : null;
  const { repository, revision, endpoint } = value;
  if (!isText(repository) || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return null;
  // What is not pinned to a commit may be other bytes by now.
  if (!isHash(revision, 40) || (endpoint !== undefined && !isAddress(endpoint))) return null;
  const at = { repository, revision, ...(endpoint !== undefined && { endpoint }) };
  if (value.kind === 'hub') return isText(value.fileName) ? { kind: 'hub', ...at, fileName: value.fileName } : null;
  const { name, fileNames } = value;
  if (value.kind !== 'hub-files' || !isText(name) || !Array.isArray(fileNames)) return null;
  const isList = fileNames.length > 0 && fileNames.length <= FILES_MAX && fileNames.every(isText);
  return isList ? { kind: 'hub-files', ...at, name, fileNames } : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX;
}

function isHash(value: unknown, digits: number): value is string {
  return isText(value) && value.length === digits && /^[0-9a-f]+$/.test(value);
}

function isAddress(value: unknown): value is string {
  return isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
