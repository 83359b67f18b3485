/**
 * Python's ways with text that chat templates rely on and that `@huggingface/jinja` lacks: `strip` of given characters
 * and the text of a dictionary or list. Other methods of Python's `str` are refused by the interpreter as unknown.
 */

/** A value of the interpreter, so far as its text depends on it. */
interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
}

/** Which ends `stripped` looks at: Python's `lstrip`, `rstrip` and `strip`. */
export type StripMethod = 'lstrip' | 'rstrip' | 'strip';

/** `text` without those of `characters` at its ends, in any order, as Python's `str.strip(chars)` has it. */
export function stripped(text: string, method: StripMethod, characters: string): string {
  const dropped = new Set(characters);
  const points = [...text];
  let start = 0;
  let end = points.length;
  if (method !== 'rstrip') while (start < end && dropped.has(points[start]!)) start += 1;
  if (method !== 'lstrip') while (end > start && dropped.has(points[end - 1]!)) end -= 1;
  return points.slice(start, end).join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = [...text].map((character) =>
    character === quote ? `\\${quote}` : (ESCAPES[character] ?? character),
  );
  return quote + escaped.join('') + quote;
}

/**
 * What Python's `repr` writes of a value made of JSON's types: `{'a': True, 'b': None}`. Anything else, such as a
 * function, is a `TypeError`.
 */
export function pythonText({ type, value }: TemplateValue): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return type === 'FloatValue' && Number.isInteger(value) ? `${value}.0` : String(value);
  if (Array.isArray(value)) return `[${(value as readonly TemplateValue[]).map(pythonText).join(', ')}]`;
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, TemplateValue>)];
    return `{${entries.map(([key, item]) => `${quotedText(key)}: ${pythonText(item)}`).join(', ')}}`;
  }
  throw new TypeError(`A ${type} has no text`);
}
