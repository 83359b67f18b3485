/**
 * Filters, tests, methods of strings and `dict` as Jinja and Python have them, where `@huggingface/jinja` lacks them or differs. Those
 * that are not here are the package's.
 */
import { Environment } from '@huggingface/jinja';
import { pythonJson, pythonText, stripped, type StripMethod } from './python-text.ts';
import { dictsort, items } from './template-mappings.ts';
import {
  areEqual,
  entriesOf,
  functionValue,
  integerValue,
  iterated,
  itemsOf,
  type Key,
  listValue,
  mappingValue,
  textValue,
  undefinedValue,
  type Value,
} from './template-values.ts';

/** What is given to a filter besides its operand. */
export interface FilterArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

type Filter = (operand: Value, given: FilterArguments) => Value;
type Test = (operand: Value, argument?: Value) => boolean;

/** Python's `capitalize`: the first letter large, all others small. */
function capitalized(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/** Jinja's `title`: words begin after white space, hyphens and opening brackets. */
function titled(text: string): string {
  return text.replace(/[^-\s({[<]+/g, capitalized);
}

function onText(change: (text: string) => string): Filter {
  return (operand) => textValue(change(pythonText(operand)));
}

function requireIterated(operand: Value): readonly Value[] {
  const items = iterated(operand);
  if (items) return items;
  throw new TypeError(`A ${operand.type} is not iterable`);
}

/** The value at a dotted path of names and indices; undefined where there is none. */
function attribute(value: Value, path: string): Value {
  return path.split('.').reduce<Value>((inner, name) => {
    const items = itemsOf(inner);
    return (items ? items[Number(name)] : entriesOf(inner)?.get(name)) ?? undefinedValue();
  }, value);
}

const TEXT_STYLE = { indent: null, separators: [', ', ': '], sortKeys: false, ensureAscii: false } as const;

/** `transformers`' own `tojson`: Python's `json.dumps` with `ensure_ascii` off unless it is asked for. */
function toJson(operand: Value, { positional, named }: FilterArguments): Value {
  const names = ['ensure_ascii', 'indent', 'separators', 'sort_keys'];
  const option = (name: string): unknown => (positional[names.indexOf(name)] ?? named.get(name))?.value ?? null;
  const indent = option('indent');
  if (indent !== null && typeof indent !== 'number') throw new TypeError('indent is a number');
  const separators = (option('separators') as readonly Value[] | null)?.map(pythonText);
  const [item = indent === null ? ', ' : ',', key = ': '] = separators ?? [];
  const style = {
    indent,
    separators: [item, key] as const,
    sortKeys: option('sort_keys') === true,
    ensureAscii: option('ensure_ascii') === true,
  };
  return textValue(pythonJson(operand, { ...TEXT_STYLE, ...style }));
}

/** Templates give `format` one; a stranger's could give one long text ten thousand times. */
const FORMAT_VALUES_MAX = 8;

/** Python's `%` for `%s`, `%d` and `%%`, which is all that templates use. */
function formatted(operand: Value, { positional }: FilterArguments): Value {
  if (positional.length > FORMAT_VALUES_MAX) throw new TypeError(`format takes at most ${FORMAT_VALUES_MAX} values`);
  const left = [...positional];
  const text = pythonText(operand).replace(/%(.)/gs, (whole, letter: string) => {
    if (letter === '%') return '%';
    const next = left.shift();
    if (next === undefined || !'sd'.includes(letter)) throw new TypeError(`format finds no value for ${whole}`);
    return pythonText(next);
  });
  return textValue(text);
}

function joined(operand: Value, { positional, named }: FilterArguments): Value {
  const separator = positional[0] ?? named.get('d');
  const path = positional[1] ?? named.get('attribute');
  const items = requireIterated(operand).map((item) => (path ? attribute(item, pythonText(path)) : item));
  return textValue(items.map(pythonText).join(separator === undefined ? '' : pythonText(separator)));
}

function length(operand: Value): Value {
  if (typeof operand.value === 'string') return integerValue([...operand.value].length);
  return integerValue(requireIterated(operand).length);
}

/** `select`, `reject` and their kin of attributes, by the name of a test; by truth where there is none. */
function selection(isKept: boolean, byAttribute: boolean): Filter {
  return (operand, { positional }) => {
    const [path, ...rest] = byAttribute ? positional : [undefined, ...positional];
    const [name, argument] = rest;
    const test = name === undefined ? ({ value }: Value) => isTrue(value) : findTest(pythonText(name));
    // Jinja does not look at what is empty or none.
    const items = isTrue(operand.value) ? requireIterated(operand) : [];
    const subject = (item: Value): Value => (path === undefined ? item : attribute(item, pythonText(path)));
    return listValue(items.filter((item) => test(subject(item), argument) === isKept));
  };
}

function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : Boolean(value);
}

/** `map`: of an attribute, or of another filter here. */
function mapped(operand: Value, { positional, named }: FilterArguments): Value {
  const items = isTrue(operand.value) ? requireIterated(operand) : [];
  const path = named.get('attribute');
  if (path !== undefined) {
    const fallback = named.get('default');
    const value = (item: Value): Value => {
      const found = attribute(item, pythonText(path));
      return found.type === 'UndefinedValue' && fallback !== undefined ? fallback : found;
    };
    return listValue(items.map(value));
  }
  const [name, ...rest] = positional;
  const filter = name === undefined ? undefined : FILTERS.get(pythonText(name));
  if (!filter) throw new TypeError('map takes an attribute or a known filter');
  return listValue(items.map((item) => filter(item, { positional: rest, named })));
}

/** By name; a filter throws a `TypeError` where Python does. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['items', items],
  ['dictsort', dictsort],
  ['string', onText((text) => text)],
  ['upper', onText((text) => text.toUpperCase())],
  ['lower', onText((text) => text.toLowerCase())],
  ['capitalize', onText(capitalized)],
  ['title', onText(titled)],
  [
    'trim',
    (operand, { positional: [characters] }) =>
      textValue(stripped(pythonText(operand), 'strip', characters && pythonText(characters))),
  ],
  ['format', formatted],
  ['tojson', toJson],
  ['join', joined],
  ['length', length],
  ['count', length],
  ['list', (operand) => listValue(requireIterated(operand))],
  ['first', (operand) => requireIterated(operand)[0] ?? undefinedValue()],
  ['last', (operand) => requireIterated(operand).at(-1) ?? undefinedValue()],
  ['map', mapped],
  ['select', selection(true, false)],
  ['reject', selection(false, false)],
  ['selectattr', selection(true, true)],
  ['rejectattr', selection(false, true)],
]);

const isEqualTo: Test = (one, other) => areEqual(one, other ?? undefinedValue(), () => undefined);
const PACKAGE_TESTS = new Environment().tests;

const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['equalto', isEqualTo],
  ['eq', isEqualTo],
  ['==', isEqualTo],
  ['ne', (one, other) => !isEqualTo(one, other)],
  ['iterable', (value) => iterated(value) !== null],
  ['sequence', (value) => iterated(value) !== null],
  [
    'in',
    (value, container) => iterated(container ?? undefinedValue())?.some((item) => isEqualTo(value, item)) ?? false,
  ],
]);

/** A test by its name. Throws a `TypeError` if there is none. */
export function findTest(name: string): Test {
  const test = TESTS.get(name) ?? (PACKAGE_TESTS.get(name) as Test | undefined);
  if (test) return test;
  throw new TypeError(`There is no test ${name}`);
}

function stripping(method: StripMethod): (text: string, given: readonly Value[]) => Value {
  return (text, [characters]) => {
    const given: unknown = characters?.value ?? undefined;
    if (given !== undefined && typeof given !== 'string') throw new TypeError(`${method} takes a text`);
    return textValue(stripped(text, method, given));
  };
}

/** Methods of strings, by name. */
export const STRING_METHODS: ReadonlyMap<unknown, (text: string, given: readonly Value[]) => Value> = new Map([
  ['strip', stripping('strip')],
  ['lstrip', stripping('lstrip')],
  ['rstrip', stripping('rstrip')],
  ['capitalize', (text: string) => textValue(capitalized(text))],
]);

/** Python's `dict`: of named values, after those of a mapping or of pairs. */
export const dict: Value = functionValue((args) => {
  const entries = new Map<Key, Value>();
  for (const given of args) {
    const pairs: Iterable<readonly [Key, Value]> =
      entriesOf(given) ??
      (iterated(given) ?? []).map((pair) => [pythonText(itemsOf(pair)![0]!), itemsOf(pair)![1]!] as const);
    for (const [key, value] of pairs) entries.set(key, value);
  }
  return mappingValue(entries);
});
