import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import type { ModelFolder, OfferedModel } from '../../workers/protocol/model-folder.ts';
import { EMBER } from '../catalog/ember.ts';
import { ModelFolders } from './model-folders.svelte.ts';

const BASE = 'https://freehold.example/app/';
const BESIDE = `${BASE}models/`;
const SCHOOL = 'https://school.example/models/';

let kept: Record<string, string> = {};
beforeEach(() => {
  kept = {};
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => (kept[key] = value),
    removeItem: (key: string) => {
      kept = Object.fromEntries(Object.entries(kept).filter(([name]) => name !== key));
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function offered(name: string, storedSha256 = name): OfferedModel {
  const facts = { architecture: null, quantization: null, parameters: null, contextLength: null };
  const source = { kind: 'url-files', name, files: [] } as const;
  return { name, files: [], origin: null, license: null, author: null, fileBytes: 1, storedSha256, source, ...facts };
}

function error(code: ErrorCode): EngineError {
  return new EngineError(code, { what: code });
}

/** A worker to which these folders are there, and everything else is not. */
function start(folders: Record<string, ModelFolder | EngineError>, more: Partial<LibraryApi> = {}) {
  const preferFolders = vi.fn(() => Promise.resolve());
  const refuse = () => Promise.reject(error('SourceRefused'));
  const api = {
    folder: (address: string) => {
      const found = folders[address] ?? null;
      return found instanceof EngineError ? Promise.reject(found) : Promise.resolve(found);
    },
    preferFolders,
    search: vi.fn(refuse),
    find: vi.fn(refuse),
    ...more,
  } as unknown as LibraryApi;
  const entries: LibraryEntry[] = [];
  const library = { worker: Promise.resolve(api), entries };
  return { state: new ModelFolders(library, BASE), entries, preferFolders, api };
}

const shelf = (address: string, ...models: OfferedModel[]): ModelFolder => ({ address, models });
const names = (models: readonly OfferedModel[]) => models.map(({ name }) => name);

describe('ModelFolders', () => {
  it('shows what lies beside the page, but neither Ember nor what is here already', async () => {
    const { state, entries } = start({
      [BESIDE]: shelf(BESIDE, offered('a'), offered('Ember', EMBER.sha256), offered('b'), offered('c')),
    });
    entries.push(
      { sha256: 'b', state: 'complete' } as LibraryEntry,
      { sha256: null, state: 'partial' } as LibraryEntry,
    );
    await state.read();
    expect(names(state.beside.models)).toEqual(['a', 'c']);
    expect(state.beside.stored).toBe(1);
    expect(state.elsewhere).toEqual({ models: [], stored: 0 });
  });

  it('is silent where there is no index, no network, or an air gap, and tells all else', async () => {
    for (const found of [undefined, error('SourceUnreachable'), error('RequestForbidden')]) {
      const { state } = start(found === undefined ? {} : { [BESIDE]: found });
      await state.read();
      expect([state.besideError, state.beside.models]).toEqual([null, []]);
    }
    const { state } = start({ [BESIDE]: error('FileMalformed') });
    await state.read();
    expect(state.besideError).toMatchObject({ name: 'FileMalformed' });
  });

  it('keeps a folder that answers as one, prefers it, and shows it', async () => {
    const { state, preferFolders } = start({ [SCHOOL]: shelf(SCHOOL, offered('a')) });
    await state.name(' https://school.example/models ');
    expect(state.mirror).toEqual({ kind: 'folder', address: SCHOOL });
    expect(JSON.parse(kept['freehold.mirror']!)).toEqual(state.mirror);
    expect(preferFolders).toHaveBeenLastCalledWith([BESIDE, SCHOOL]);
    expect(names(state.elsewhere.models)).toEqual(['a']);

    await state.forget();
    expect([state.mirror, kept['freehold.mirror'], state.elsewhere.models]).toEqual([null, undefined, []]);
    expect(preferFolders).toHaveBeenLastCalledWith([BESIDE]);
  });

  it('reads the folder that was named in an earlier visit, and tells what is wrong there', async () => {
    kept['freehold.mirror'] = JSON.stringify({ kind: 'folder', address: SCHOOL });
    const good = start({ [SCHOOL]: shelf(SCHOOL, offered('a')) }).state;
    await good.read();
    expect(names(good.elsewhere.models)).toEqual(['a']);
    const gone = start({ [SCHOOL]: error('SourceUnreachable') }).state;
    await gone.read();
    expect(gone.elsewhereError).toMatchObject({ name: 'SourceUnreachable' });
  });

  it('keeps a hub that can search, or that has a repository', async () => {
    const searches = { search: () => Promise.resolve({ models: [], leftOut: 0 }) };
    const lists = { find: () => Promise.resolve({ models: [], otherFiles: 0, commit: null }) };
    for (const more of [searches, lists]) {
      // In place of an index there is a web page.
      const { state, preferFolders } = start({ 'https://hub.example/': error('SourceRefused') }, more);
      await state.name('https://hub.example');
      expect(state.mirror).toEqual({ kind: 'hub', address: 'https://hub.example/' });
      expect(preferFolders).toHaveBeenLastCalledWith([BESIDE]);
    }
  });

  it('keeps nothing that is no address, that answers as neither, or that does not answer', async () => {
    const { state } = start({ 'https://broken.example/': error('FileMalformed') });
    await expect(state.name('school.example')).rejects.toMatchObject({ name: 'SettingInvalid' });
    await expect(state.name('https://other.example/')).rejects.toThrow(
      'other.example answers neither as a model hub nor as a folder of models',
    );
    await expect(state.name('https://broken.example/')).rejects.toMatchObject({ name: 'FileMalformed' });
    const silent = start({}, { search: () => Promise.reject(error('SourceUnreachable')) }).state;
    await expect(silent.name('https://silent.example/')).rejects.toMatchObject({ name: 'SourceUnreachable' });
    expect([state.mirror, silent.mirror, state.trying, kept]).toEqual([null, null, null, {}]);
  });
});
