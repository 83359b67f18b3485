/**
 * Which tokens a model wants before and behind a text: the `post_processor` of `tokenizer.json` says it. What is behind,
 * such as BERT's `[SEP]`, is for texts that are read as a whole; a prompt goes on. Source: Hugging Face's tokenizers,
 * `processors/`.
 */
import { type JsonObject, notUnderstood, wrongValue } from './json-object.ts';

/** Ids around a text. */
export interface TextFrame {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

const NOTHING: TextFrame = { before: [], behind: [] };

function requireId(path: string, expected: string, id: unknown): number {
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw wrongValue(path, expected, id);
  return id;
}

function templateFrame(spec: JsonObject): TextFrame {
  spec.only('single', 'pair', 'special_tokens');
  const [before, behind]: [number[], number[]] = [[], []];
  let isBehind = false;
  for (const piece of spec.objects('single')) {
    const special = piece.optional('SpecialToken');
    if (special) {
      const name = special.string('id');
      const tokens = spec.object('special_tokens');
      const ids = tokens.object(name).list('ids');
      (isBehind ? behind : before).push(...ids.map((id) => requireId(tokens.at(name), 'an id', id)));
      continue;
    }
    const sequence = piece.object('Sequence').string('id');
    if (sequence !== 'A' || isBehind) throw notUnderstood(spec.at('single'), sequence);
    isBehind = true;
  }
  if (!isBehind) throw wrongValue(spec.at('single'), 'a place for the text', undefined);
  return { before, behind };
}

function classFrame(spec: JsonObject): TextFrame {
  spec.only('sep', 'cls', 'trim_offsets', 'add_prefix_space');
  const id = (key: string): number => requireId(spec.at(key), 'a token and its id', spec.list(key)[1]);
  return { before: [id('cls')], behind: [id('sep')] };
}

function frame(spec: JsonObject): TextFrame {
  const type = spec.string('type');
  switch (type) {
    case 'TemplateProcessing':
      return templateFrame(spec);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return classFrame(spec);
    case 'ByteLevel':
      spec.only('add_prefix_space', 'trim_offsets', 'use_regex');
      return NOTHING;
    case 'Sequence':
      spec.only('processors');
      // Each frames what the one before it gives.
      return spec
        .objects('processors')
        .map(frame)
        .reduce(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            behind: [...inner.behind, ...outer.behind],
          }),
          NOTHING,
        );
    default:
      throw notUnderstood(spec.at('type'), type);
  }
}

/**
 * The ids that go around a text, all below `vocabularySize`. Throws `FileMalformed`, or `TokenizerUnsupported` naming what
 * is not understood.
 */
export function textFrame(file: JsonObject, vocabularySize: number): TextFrame {
  const spec = file.optional('post_processor');
  const found = spec ? frame(spec) : NOTHING;
  const stray = [...found.before, ...found.behind].find((id) => id >= vocabularySize);
  if (stray !== undefined) throw wrongValue('post_processor', `an id below ${vocabularySize}`, stray);
  return found;
}
