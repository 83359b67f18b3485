/**
 * Python's dictionaries whose keys are whole numbers, too, which `@huggingface/jinja` refuses: what is in them, and Jinja's
 * `dictsort` and `items`.
 */
import {
  entriesOf,
  functionValue,
  type Key,
  keyValue,
  listValue,
  undefinedValue,
  type Value,
} from './template-values.ts';

/** A value as a key. Throws a `TypeError` for one that is neither a text nor a whole number. */
export function keyOf({ type, value }: Value): Key {
  if (typeof value === 'string' || type === 'IntegerValue') return value as Key;
  throw new TypeError(`A ${type} is no key`);
}

function pairs(entries: ReadonlyMap<Key, Value>): [Value, Value][] {
  return [...entries].map(([key, item]) => [keyValue(key), item]);
}

/** A dictionary's method of this name. */
export function mappingMethod(entries: ReadonlyMap<Key, Value>, name: 'items' | 'keys' | 'values' | 'get'): Value {
  return functionValue((args) => {
    if (name === 'items') return listValue(pairs(entries).map(listValue));
    if (name === 'keys') return listValue(pairs(entries).map(([key]) => key));
    if (name === 'values') return listValue([...entries.values()]);
    return entries.get(args[0]?.value as Key) ?? args[1] ?? undefinedValue();
  });
}

function requireEntries(operand: Value): ReadonlyMap<Key, Value> {
  const entries = entriesOf(operand);
  if (entries) return entries;
  throw new TypeError(`A ${operand.type} is no dictionary`);
}

/** Jinja's `items`: pairs of key and value. */
export function items(operand: Value): Value {
  return listValue(operand.type === 'UndefinedValue' ? [] : pairs(requireEntries(operand)).map(listValue));
}

/** Jinja's `dictsort`: the pairs by their keys (default) or values; large and small letters are alike by default. */
export function dictsort(
  operand: Value,
  { positional, named }: { readonly positional: readonly Value[]; readonly named: ReadonlyMap<string, Value> },
): Value {
  const option = (name: string, at: number): unknown => (positional[at] ?? named.get(name))?.value;
  const isCased = option('case_sensitive', 0) === true;
  const by = option('by', 1) === 'value' ? 1 : 0;
  const direction = option('reverse', 2) === true ? -1 : 1;
  const weight = (pair: readonly Value[]): unknown => {
    const { value } = pair[by]!;
    return typeof value === 'string' && !isCased ? value.toLowerCase() : value;
  };
  const sorted = pairs(requireEntries(operand)).sort((one, other) => {
    const [a, b] = [weight(one), weight(other)] as [string, string];
    if (typeof a !== typeof b || !['string', 'number'].includes(typeof a))
      throw new TypeError('dictsort compares unlike values');
    return a === b ? 0 : a < b ? -direction : direction;
  });
  return listValue(sorted.map(listValue));
}
