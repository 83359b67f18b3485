/** Values of `@huggingface/jinja`'s interpreter, whose classes the package does not export, and what Python holds of them. */
import { Environment, type Interpreter } from '@huggingface/jinja';

/** A value of the interpreter. */
export type Value = ReturnType<Interpreter['evaluate']>;
/** What a value that can be called does. */
export type Builtin = (args: Value[], scope: Environment) => Value;

/** A key of a mapping. */
export type Key = string | number;

type ValueClass = new (value?: unknown) => Value;

/** The class of the values that a sample becomes. */
function classOf(sample: unknown): ValueClass {
  return new Environment().set('sample', sample).constructor as ValueClass;
}

const StringValue = classOf('');
const BooleanValue = classOf(true);
const IntegerValue = classOf(0);
const ArrayValue = classOf([]);
const ObjectValue = classOf({});
const FunctionValue = classOf(() => null);
const UndefinedValue = classOf(undefined);

export const textValue = (text: string): Value => new StringValue(text);
export const truthValue = (isTrue: boolean): Value => new BooleanValue(isTrue);
export const integerValue = (integer: number): Value => new IntegerValue(integer);
export const listValue = (items: readonly Value[]): Value => new ArrayValue(items);
export const mappingValue = (entries: ReadonlyMap<Key, Value>): Value => new ObjectValue(entries);
export const functionValue = (builtin: Builtin): Value => new FunctionValue(builtin);
export const undefinedValue = (): Value => new UndefinedValue();

/** A key as a value. */
export function keyValue(key: Key): Value {
  return typeof key === 'number' ? integerValue(key) : textValue(key);
}

/** The items of a list, `null` of anything else. */
export function itemsOf({ value }: Value): readonly Value[] | null {
  return Array.isArray(value) ? value : null;
}

/** The entries of a mapping or a namespace, `null` of anything else. */
export function entriesOf(value: Value): ReadonlyMap<Key, Value> | null {
  const content: unknown = value.value;
  return content instanceof Map ? (content as ReadonlyMap<Key, Value>) : null;
}

/**
 * What a loop or a filter goes over: the items of a list, the characters of a text, the keys of a mapping, nothing of what is
 * undefined. `null` of what Python cannot iterate.
 */
export function iterated(value: Value): readonly Value[] | null {
  const items = itemsOf(value);
  if (items) return items;
  if (value.type === 'UndefinedValue') return [];
  if (typeof value.value === 'string') return Array.from(value.value, textValue);
  const entries = value.type === 'NamespaceValue' ? null : entriesOf(value);
  return entries && Array.from(entries.keys(), keyValue);
}

/** Python's `==`: by content, and no text equals a number. `visit` is called for each pair of parts. */
export function areEqual(one: Value, other: Value, visit: () => void): boolean {
  visit();
  const items = itemsOf(one);
  const others = itemsOf(other);
  if (items && others)
    return items.length === others.length && items.every((item, index) => areEqual(item, others[index]!, visit));
  const entries = entriesOf(one);
  const otherEntries = entriesOf(other);
  if (entries && otherEntries)
    return (
      one === other ||
      (entries.size === otherEntries.size &&
        [...entries].every(([key, item]) => otherEntries.has(key) && areEqual(item, otherEntries.get(key)!, visit)))
    );
  // None and what is undefined have no value of their own.
  const scalar = ({ type, value }: Value): unknown => (typeof value === 'boolean' ? Number(value) : (value ?? type));
  return scalar(one) === scalar(other);
}
