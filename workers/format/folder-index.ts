/**
 * Reads the index of a folder of models (`models/index.json`). Refused, with the field's name, what it should be and what
 * was there: other versions, paths that lead out of the folder, hashes that are none, a file named twice in one model.
 * Fields that it does not know are left alone, so that a later page may write more.
 */
import { EngineError } from '../protocol/errors.ts';
import type { FolderFile, FolderIndex, FolderModel, FolderOrigin } from '../protocol/model-folder.ts';
import { jsonArray, jsonInteger, jsonObject, jsonString, shownJson } from './json-fields.ts';
import { withoutControls } from './quoted.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from './strict-json.ts';

const SHOWN_CHARACTERS = 200;
/** A model of 10,000 shards would be one of petabytes. */
const FILES_MAX = 10_000;
const REMEDY = 'Write the index anew, with “npm run mirror -- FOLDER”.';

/** Reads an index; `place` is where it lies, for messages. Throws `FileMalformed`. */
export function parseFolderIndex(text: string, place: string): FolderIndex {
  const whole = jsonObject(parseStrictJson(text, `the index ${place}`, { depth: 8 }), `The index ${place}`);
  const version = whole.get('version');
  if (version !== 1) throw wrong(`“version” of ${place}`, 'the number 1', version);
  const models = jsonArray(whole.get('models'), `“models” of ${place}`);
  return { version, models: models.map((model, index) => readModel(model, `models[${index}]`, place)) };
}

function readModel(value: JsonValue, at: string, place: string): FolderModel {
  const model = jsonObject(value, `“${at}” of ${place}`);
  const files = jsonArray(model.get('files'), `“${at}.files” of ${place}`);
  if (files.length === 0 || files.length > FILES_MAX)
    throw wrong(`“${at}.files” of ${place}`, `1 to ${FILES_MAX} files`, files);
  const name = jsonString(model.get('name'), `“${at}.name” of ${place}`);
  if (shown(name) === '') throw wrong(`“${at}.name” of ${place}`, 'a name', name);
  const read: FolderModel = {
    name: shown(name),
    files: files.map((file, index) => readFile(file, `${at}.files[${index}]`, place)),
    origin: readOrigin(model.get('origin'), `${at}.origin`, place),
    architecture: text(model, 'architecture', at, place),
    quantization: text(model, 'quantization', at, place),
    parameters: count(model, 'parameters', at, place),
    contextLength: count(model, 'contextLength', at, place),
    license: text(model, 'license', at, place),
    author: text(model, 'author', at, place),
  };
  const paths = new Set<string>();
  for (const [index, { path }] of read.files.entries()) {
    if (paths.has(path)) throw wrong(`“${at}.files[${index}].path” of ${place}`, 'each file once', path);
    paths.add(path);
  }
  const fileBytes = read.files.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (!Number.isSafeInteger(fileBytes))
    throw wrong(`“${at}.files” of ${place}`, 'files of less than 2⁵³ bytes together', fileBytes);
  return read;
}

function readFile(value: JsonValue, at: string, place: string): FolderFile {
  const file = jsonObject(value, `“${at}” of ${place}`);
  const path = jsonString(file.get('path'), `“${at}.path” of ${place}`);
  if (!isInside(path))
    throw wrong(`“${at}.path” of ${place}`, 'a path inside the folder, such as folder/file.gguf', path);
  const sha256 = jsonString(file.get('sha256'), `“${at}.sha256” of ${place}`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw wrong(`“${at}.sha256” of ${place}`, '64 hex digits in lower case', sha256);
  return { path, byteLength: jsonInteger(file.get('byteLength'), `“${at}.byteLength” of ${place}`), sha256 };
}

function readOrigin(value: JsonValue | undefined, at: string, place: string): FolderOrigin | null {
  if (value === undefined || value === null) return null;
  const origin = jsonObject(value, `“${at}” of ${place}`);
  const repository = jsonString(origin.get('repository'), `“${at}.repository” of ${place}`);
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw wrong(`“${at}.repository” of ${place}`, 'owner/name', repository);
  const commit = origin.get('commit') ?? null;
  if (commit !== null && !(typeof commit === 'string' && /^[0-9a-f]{40}$/.test(commit)))
    throw wrong(`“${at}.commit” of ${place}`, '40 hex digits in lower case, or null', commit);
  return { repository, commit };
}

/** Relative, and of segments that are names: what a URL or a disk would read as something else is none. */
function isInside(path: string): boolean {
  if (path !== withoutControls(path) || path.includes('\\')) return false;
  return path.split('/').every((segment) => segment.trim() !== '' && segment !== '.' && segment !== '..');
}

function text(model: JsonObject, name: string, at: string, place: string): string | null {
  const value = model.get(name) ?? null;
  return value === null ? null : shown(jsonString(value, `“${at}.${name}” of ${place}`)) || null;
}

function count(model: JsonObject, name: string, at: string, place: string): number | null {
  const value = model.get(name) ?? null;
  return value === null ? null : jsonInteger(value, `“${at}.${name}” of ${place}`);
}

/** One line, no direction tricks, not endless. */
function shown(value: string): string {
  return withoutControls(value.trim()).slice(0, SHOWN_CHARACTERS);
}

function wrong(what: string, expected: string, value: JsonValue | undefined): EngineError {
  return new EngineError('FileMalformed', {
    what: `${what} is wrong`,
    expected,
    got: shownJson(value),
    remedy: REMEDY,
  });
}
