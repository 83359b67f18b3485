/**
 * Whether a model wants a token before its text: the `post_processor` of `tokenizer.json` says it. What it puts behind a
 * text, such as BERT's `[SEP]`, is for models that do not write. Source: Hugging Face's tokenizers, `processors/`.
 */
import { type JsonObject, notUnderstood, wrongValue } from './json-object.ts';

function templateStart(spec: JsonObject): number | null {
  spec.only('single', 'pair', 'special_tokens');
  const [first] = spec.objects('single');
  const special = first?.optional('SpecialToken');
  if (!special) return null;
  const name = special.string('id');
  const tokens = spec.object('special_tokens');
  const [id]: readonly unknown[] = tokens.object(name).list('ids');
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw wrongValue(tokens.at(name), 'an id', id);
  return id;
}

function classStart(spec: JsonObject): number {
  spec.only('sep', 'cls', 'trim_offsets', 'add_prefix_space');
  const [, id] = spec.list('cls');
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
    throw wrongValue(spec.at('cls'), 'a token and its id', id);
  return id;
}

function start(spec: JsonObject): number | null {
  const type = spec.string('type');
  switch (type) {
    case 'TemplateProcessing':
      return templateStart(spec);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return classStart(spec);
    case 'ByteLevel':
      spec.only('add_prefix_space', 'trim_offsets', 'use_regex');
      return null;
    case 'Sequence': {
      spec.only('processors');
      const starts = spec.objects('processors').map(start);
      return starts.find((id) => id !== null) ?? null;
    }
    default:
      throw notUnderstood(spec.at('type'), type);
  }
}

/** The id of the token that goes before a text, or `null`. Throws `FileMalformed`, or `TokenizerUnsupported`. */
export function startId(file: JsonObject): number | null {
  const spec = file.optional('post_processor');
  return spec ? start(spec) : null;
}
