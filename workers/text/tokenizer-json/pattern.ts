/** A pattern of `tokenizer.json`: a text that stands for itself, or a regular expression. */
import { type JsonObject, notUnderstood, wrongValue } from './json-object.ts';
import { translatePattern } from './oniguruma.ts';

/** The pattern under `pattern`, as a global expression. Throws `FileMalformed` or `TokenizerUnsupported`. */
export function readPattern(owner: JsonObject): RegExp {
  const pattern = owner.object('pattern');
  for (const [key, value] of pattern.entries()) {
    if (key !== 'String' && key !== 'Regex') throw notUnderstood(pattern.at(key), value);
    const text = pattern.string(key);
    if (text === '') throw wrongValue(pattern.at(key), 'text to look for', text);
    return key === 'Regex' ? translatePattern(text) : literalPattern(text);
  }
  throw wrongValue(pattern.path, 'a String or a Regex', undefined);
}

/** An expression that finds the text itself. */
export function literalPattern(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu');
}
