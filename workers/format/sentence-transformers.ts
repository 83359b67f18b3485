/**
 * How a folder makes one embedding of a text, as the library Sentence Transformers writes it: `modules.json` lists what
 * follows the transformer, `1_Pooling/config.json` says which tokens' states count.
 *
 * Whether the embedding is scaled to length 1 at the end is read over: the engine always does so, as it does for GGUF,
 * which cannot say it. Prompts are the caller's: nothing is put before a text. Refused: modules that are not known here,
 * such as a dense layer behind pooling; pooling that is not the first token's, the last one's or the mean, or that leaves
 * the prompt's tokens out; and a folder whose pooling is not among its files.
 * Source: Sentence Transformers, `SentenceTransformer.py` and `models/Pooling.py`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { partNamed } from '../source/joined-source.ts';
import type { Pooling } from './embedding-model.ts';
import { jsonArray, jsonBoolean, jsonObject, jsonString, readJsonFile, readJsonValue } from './json-fields.ts';
import { quoted } from './quoted.ts';
import type { JsonObject } from './strict-json.ts';

const MODULES = 'modules.json';
const FILE_BYTES_MAX = 2 ** 16;

/** The library's names of modules, without the package that they are in, which has moved. */
const KNOWN_MODULES = ['Transformer', 'Pooling', 'Normalize'] as const;
type ModuleKind = (typeof KNOWN_MODULES)[number];

/** Fields that switch a kind of pooling on, and what `pooling_mode` calls it in newer files. */
const MODES: readonly (readonly [field: string, mode: string, pooling: Pooling | null])[] = [
  ['pooling_mode_cls_token', 'cls', 'first'],
  ['pooling_mode_mean_tokens', 'mean', 'mean'],
  ['pooling_mode_lasttoken', 'lasttoken', 'last'],
  ['pooling_mode_max_tokens', 'max', null],
  ['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len_tokens', null],
  ['pooling_mode_weightedmean_tokens', 'weightedmean', null],
];

/**
 * The pooling of a folder that has `modules.json`; `null` of another, whose model may write. Rejects with `FileMalformed`,
 * `FileUnsupported` or `NotFound`, naming the file.
 */
export async function readPooling(files: readonly NamedSource[], signal?: AbortSignal): Promise<Pooling | null> {
  const list = partNamed(files, MODULES);
  if (!list) return null;
  const options = { maxBytes: FILE_BYTES_MAX, ...(signal && { signal }) };
  const modules = jsonArray(await readJsonValue(list, MODULES, options), MODULES).map(readModule);
  const kinds = modules.map(({ kind }) => kind);
  // Each takes what the one before it gives.
  if (!/^Transformer Pooling( Normalize)?$/.test(kinds.join(' ')))
    throw unsupported(
      `The modules that ${MODULES} lists do not make an embedding in a way that is known here`,
      'Transformer, Pooling and perhaps Normalize',
      kinds.join(', ') || 'none',
    );
  const name = `${modules[1]!.path}/config.json`;
  const config = partNamed(files, name);
  if (!config)
    throw new EngineError('NotFound', {
      what: `The file ${quoted(name)} is missing, which says how the model makes an embedding of a text`,
      remedy: 'Choose the whole folder of the model, with the folders in it.',
    });
  return poolingOf(await readJsonFile(config, name, options), name);
}

function readModule(value: unknown): { readonly kind: ModuleKind; readonly path: string } {
  const module = jsonObject(value as JsonObject, `A module in ${MODULES}`);
  const type = jsonString(module.get('type'), `"type" of a module in ${MODULES}`);
  const kind = KNOWN_MODULES.find((known) => type.endsWith(`.${known}`));
  if (kind === undefined || !type.startsWith('sentence_transformers.'))
    throw unsupported(`A module that ${MODULES} lists is not known here`, KNOWN_MODULES.join(', '), quoted(type));
  return { kind, path: jsonString(module.get('path'), `"path" of a module in ${MODULES}`) };
}

function poolingOf(config: JsonObject, name: string): Pooling {
  const flag = (field: string, fallback: boolean): boolean =>
    jsonBoolean(config.get(field) ?? fallback, `"${field}" in ${name}`);
  if (!flag('include_prompt', true))
    throw unsupported(
      `Pooling that leaves the prompt out is not known here, which ${name} asks for`,
      'all tokens',
      'some',
    );
  const mode = config.get('pooling_mode') ?? null;
  const modes =
    mode === null
      ? MODES.filter(([field]) => flag(field, false)).map(([, called]) => called)
      : [jsonString(mode, `"pooling_mode" in ${name}`)];
  const pooling = modes.length === 1 ? MODES.find(([, called]) => called === modes[0])?.[2] : null;
  if (pooling != null) return pooling;
  throw unsupported(
    `The pooling that ${name} names is not known here`,
    'one of cls, mean and lasttoken',
    modes.map(quoted).join(' and ') || 'none',
  );
}

function unsupported(what: string, expected: string, got: string): EngineError {
  return new EngineError('FileUnsupported', { what, expected, got, remedy: 'Choose a GGUF file of the model.' });
}
