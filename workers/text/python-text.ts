/**
 * Python's ways with text that chat templates rely on and that `@huggingface/jinja` lacks: what counts as white space, and
 * how values are written, by `str` and by `json.dumps`. Sources: Python's library reference (`str`, `repr`, `json`).
 */

/** A value of the interpreter, so far as its text depends on it. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
}

/** Which ends `stripped` looks at: Python's `lstrip`, `rstrip` and `strip`. */
export type StripMethod = 'lstrip' | 'rstrip' | 'strip';

/** What `str.isspace` holds of; JavaScript also counts U+FEFF, but not U+0085 nor the separators U+001C to U+001F. */
const PYTHON_SPACE =
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

/** `text` without those of `characters` (white space if missing) at its ends, in any order, as Python's `str.strip` has it. */
export function stripped(text: string, method: StripMethod, characters = PYTHON_SPACE): string {
  const dropped = new Set(characters);
  // Cut into code points only where one of them may be dropped: texts are long, white space is one unit each.
  const points = [...dropped].some((character) => character.length > 1) ? [...text] : text;
  let start = 0;
  let end = points.length;
  if (method !== 'rstrip') while (start < end && dropped.has(points[start]!)) start += 1;
  if (method !== 'lstrip') while (end > start && dropped.has(points[end - 1]!)) end -= 1;
  return typeof points === 'string' ? points.slice(start, end) : points.slice(start, end).join('');
}

/** A float as Python writes it: shortest digits, an exponent below 1e-4 and from 1e16 on. */
function floatText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 16) return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function numberText(type: string, value: number): string {
  return type === 'FloatValue' ? floatText(value) : String(value);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** Controls, separators other than the space, format characters: `str.isprintable` does not hold of them. */
const UNPRINTABLE = /^(?! )[\p{C}\p{Z}]$/u;

function escaped(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined || !UNPRINTABLE.test(character)) return known ?? character;
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return (
    quote + [...text].map((character) => (character === quote ? `\\${quote}` : escaped(character))).join('') + quote
  );
}

/** The entries of a value that is a mapping. */
function entriesOf(value: unknown): (readonly [string | number, TemplateValue])[] | null {
  return value instanceof Map ? [...(value as ReadonlyMap<string | number, TemplateValue>)] : null;
}

/**
 * What Python's `repr` writes of a value made of JSON's types: `{'a': True, 'b': None}`. Anything else, such as a
 * function, is a `TypeError`.
 */
function representation({ type, value }: TemplateValue): string {
  if (type === 'NullValue') return 'None';
  if (type === 'UndefinedValue') return 'Undefined';
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(type, value);
  if (Array.isArray(value)) return `[${(value as readonly TemplateValue[]).map(representation).join(', ')}]`;
  const entries = entriesOf(value);
  if (entries)
    return `{${entries.map(([key, item]) => `${typeof key === 'number' ? key : quotedText(key)}: ${representation(item)}`).join(', ')}}`;
  throw new TypeError(`A ${type} has no text`);
}

/** What Python's `str` writes of a value: a text as it is, nothing of what is undefined, of all else `repr`. */
export function pythonText(value: TemplateValue): string {
  if (value.type === 'UndefinedValue') return '';
  return typeof value.value === 'string' ? value.value : representation(value);
}

/** The options of `json.dumps` that templates use. */
export interface JsonStyle {
  /** Spaces of each level; `null` for one line. */
  readonly indent: number | null;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
  readonly ensureAscii: boolean;
}

function jsonString(text: string, { ensureAscii }: JsonStyle): string {
  const json = JSON.stringify(text);
  if (!ensureAscii) return json;
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What Python's `json.dumps` writes of a value. A `TypeError` where JSON has no such value: functions, what is undefined. */
export function pythonJson({ type, value }: TemplateValue, style: JsonStyle, depth = 0): string {
  if (type === 'NullValue') return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return jsonString(value, style);
  if (typeof value === 'number') return numberText(type, value);
  const [itemSeparator, keySeparator] = style.separators;
  const enclosed = (open: string, parts: readonly string[], close: string): string => {
    if (style.indent === null || parts.length === 0) return open + parts.join(itemSeparator) + close;
    const outer = `\n${' '.repeat(style.indent * depth)}`;
    const inner = outer + ' '.repeat(style.indent);
    return open + inner + parts.join(itemSeparator + inner) + outer + close;
  };
  if (Array.isArray(value)) {
    const items = (value as readonly TemplateValue[]).map((item) => pythonJson(item, style, depth + 1));
    return enclosed('[', items, ']');
  }
  const entries = type === 'NamespaceValue' ? null : entriesOf(value);
  if (entries === null) throw new TypeError(`${type} is not JSON serializable`);
  if (style.sortKeys) entries.sort(([one], [other]) => (one < other ? -1 : 1));
  const members = entries.map(
    ([key, item]) => jsonString(String(key), style) + keySeparator + pythonJson(item, style, depth + 1),
  );
  return enclosed('{', members, '}');
}
