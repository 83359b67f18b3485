/**
 * What a folder's files say of text: how it becomes tokens, how a conversation is written, what ends an answer, and how
 * its maker recommends to sample.
 *
 * `tokenizer.json` is only parsed here; `workers/text/tokenizer-json` understands it. The template is that of
 * `chat_template.jinja`, or else of `tokenizer_config.json`. Refused: files that are too long, that are not sound JSON, and
 * fields of the wrong kind. Sources: the `transformers` library's files; llama.cpp's converter for `general.sampling.*`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { partNamed } from '../source/joined-source.ts';
import { jsonArray, jsonInteger, jsonNumber, jsonObject, jsonString, readJsonFile, utf8Text } from './json-fields.ts';
import type { MetadataValue, TokenizerFiles } from './model-file.ts';
import type { JsonObject } from './strict-json.ts';

/** The largest known, Gemma's of 262,144 tokens with its merges as lists, is 33 MB. */
const TOKENIZER_BYTES_MAX = 40 * 2 ** 20;
const TEMPLATE_BYTES_MAX = 2 ** 20;
const CONFIG_BYTES_MAX = 2 ** 20;
/** Where ids that end an answer stand; the first file that has them counts, as in `transformers`. */
const END_ID_FILES = ['generation_config.json', 'config.json', 'mlc-chat-config.json'] as const;
/** Fields of `generation_config.json`, and what GGUF calls them. */
const SAMPLING = [
  ['temperature', 'temp'],
  ['top_k', 'top_k'],
  ['top_p', 'top_p'],
  ['min_p', 'min_p'],
  ['repetition_penalty', 'penalty_repeat'],
] as const;

/** What `readTextFiles` finds. */
interface TextFiles {
  /** Template and sampling, under the keys that GGUF files have for them. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** `null` where there is no `tokenizer.json`: a summary then says so. */
  readonly tokenizerFiles: TokenizerFiles | null;
}

/** Reads the files that are there, in any order; others are left alone. Rejects with `FileMalformed`. */
export async function readTextFiles(files: readonly NamedSource[], signal?: AbortSignal): Promise<TextFiles> {
  const json = async (fileName: string, maxBytes?: number): Promise<JsonObject | null> => {
    const file = partNamed(files, fileName);
    return file ? readJsonFile(file, fileName, { ...(maxBytes && { maxBytes }), ...(signal && { signal }) }) : null;
  };
  const generation = await json('generation_config.json', CONFIG_BYTES_MAX);
  const config = await json('tokenizer_config.json');
  const metadata = new Map<string, MetadataValue>(generation ? sampling(generation) : []);
  const template = (await templateFile(files, signal)) ?? configuredTemplate(config);
  if (template !== null) metadata.set('tokenizer.chat_template', template);
  const tokenizer = await json('tokenizer.json', TOKENIZER_BYTES_MAX);
  if (!tokenizer) return { metadata, tokenizerFiles: null };
  let endIds: readonly number[] = [];
  for (const fileName of END_ID_FILES) {
    const settings = fileName === 'generation_config.json' ? generation : await json(fileName, CONFIG_BYTES_MAX);
    endIds = settings ? readEndIds(settings, fileName) : [];
    if (endIds.length > 0) break;
  }
  return { metadata, tokenizerFiles: { tokenizer, config, endIds } };
}

/** One id or several. */
function readEndIds(settings: JsonObject, fileName: string): number[] {
  const value = settings.get('eos_token_id') ?? null;
  if (value === null) return [];
  const what = `"eos_token_id" in ${fileName}`;
  return typeof value === 'number'
    ? [jsonInteger(value, what)]
    : jsonArray(value, what).map((id) => jsonInteger(id, what));
}

function sampling(generation: JsonObject): [string, number][] {
  return SAMPLING.flatMap(([field, key]): [string, number][] => {
    const value = generation.get(field) ?? null;
    return value === null
      ? []
      : [[`general.sampling.${key}`, jsonNumber(value, `"${field}" in generation_config.json`)]];
  });
}

async function templateFile(files: readonly NamedSource[], signal?: AbortSignal): Promise<string | null> {
  const file = partNamed(files, 'chat_template.jinja');
  if (!file) return null;
  if (file.byteLength <= TEMPLATE_BYTES_MAX)
    return utf8Text(await file.read(0, file.byteLength, signal), 'chat_template.jinja');
  throw new EngineError('FileMalformed', {
    what: 'chat_template.jinja is too long',
    expected: `at most ${TEMPLATE_BYTES_MAX} bytes`,
    got: file.byteLength,
  });
}

/** The configuration's template; of several by name the one called "default", or else the first. */
function configuredTemplate(config: JsonObject | null): string | null {
  const value = config?.get('chat_template') ?? null;
  if (value === null) return null;
  if (typeof value === 'string') return value;
  const named = jsonArray(value, '"chat_template" in tokenizer_config.json').map((entry) =>
    jsonObject(entry, 'A chat template in tokenizer_config.json'),
  );
  const chosen = named.find((entry) => entry.get('name') === 'default') ?? named[0];
  return chosen ? jsonString(chosen.get('template'), 'A chat template in tokenizer_config.json') : null;
}
