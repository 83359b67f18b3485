/**
 * Searches the model hub by words. It asks for repositories with GGUF files and for what the hub has read of these files
 * itself, so that what does not run here, or needs an account, is left out without a request for each. Refuses answers
 * that no hub gives; a repository that is listed without what is asked for is left out, not guessed at.
 *
 * Facts: hub API, `/api/models` with `search`, `filter=gguf`, `sort`, `limit` and `expand[]`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { HubModel, HubModels, HubQuery } from '../protocol/found.ts';
import { field, getJson, notAHub, PUBLIC_HUB, textField } from './hub-api.ts';
import { PATIENT } from './retry.ts';
import type { RetryPolicy } from './retry.ts';

/** More than people look through; each brings its chat template along, some kilobytes. */
const FOUND_MAX = 40;
const EXPANDED = ['gguf', 'gated', 'downloads', 'tags'] as const;
const REPOSITORY = /^\w[\w.-]*\/\w[\w.-]*$/;
const WORDS_MAX = 200;
/** Families that cannot write: their files make numbers of texts. */
const ENCODERS: readonly string[] = ['bert', 'nomic-bert'];

/** Finds repositories with models of these architectures. Rejects as `openCommit` does, and with `SettingInvalid` without words. */
export async function searchHub(
  { words, endpoint = PUBLIC_HUB }: HubQuery,
  architectures: readonly string[],
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
): Promise<HubModels> {
  const search = words.trim().slice(0, WORDS_MAX);
  if (search === '') {
    throw new EngineError('SettingInvalid', { what: 'There is nothing to search for', remedy: 'Type a word or two.' });
  }
  const query = new URLSearchParams({
    search,
    filter: 'gguf',
    sort: 'downloads',
    direction: '-1',
    limit: `${FOUND_MAX}`,
  });
  for (const name of EXPANDED) query.append('expand[]', name);
  const url = `${endpoint.replace(/\/+$/, '')}/api/models?${query}`;
  const { body } = await getJson(url, policy, signal);
  if (!Array.isArray(body)) throw notAHub(url);
  const models = new Map<string, HubModel>();
  for (const entry of body as unknown[]) {
    const model = hubModel(entry);
    if (model === null || !architectures.includes(model.architecture) || ENCODERS.includes(model.architecture))
      continue;
    models.set(model.repository, model);
  }
  return { models: [...models.values()], leftOut: body.length - models.size };
}

/** A list's entry, or `null` where it lacks what is asked for or is not free to fetch. */
function hubModel(entry: unknown): HubModel | null {
  const repository = textField(entry, 'id');
  const gguf = field(entry, 'gguf');
  const architecture = textField(gguf, 'architecture');
  if (repository === null || !REPOSITORY.test(repository) || architecture === null) return null;
  if (field(entry, 'gated') !== false) return null;
  return {
    repository,
    architecture,
    parameters: count(gguf, 'total'),
    contextLength: count(gguf, 'context_length'),
    licence: licenceOf(field(entry, 'tags')),
    downloads: count(entry, 'downloads') ?? 0,
  };
}

/** A whole number above 0, else `null`. */
function count(value: unknown, name: string): number | null {
  const number = field(value, name);
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}

/** Of tags such as `license:apache-2.0`, what is a short name. */
function licenceOf(tags: unknown): string | null {
  if (!Array.isArray(tags)) return null;
  const named = tags.map((tag) => (typeof tag === 'string' ? /^license:([\w.+-]{1,60})$/.exec(tag)?.[1] : undefined));
  return named.find((name) => name !== undefined) ?? null;
}
