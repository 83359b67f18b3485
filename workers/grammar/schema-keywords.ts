/** The keywords of one schema, checked: those that a grammar can hold, in their right types; others that would matter are refused. */
import { quoted, schemaError } from './refusal.ts';

/** The types of JSON Schema. A whole number is a number too. */
export const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;
/** One of them. */
export type TypeName = (typeof TYPES)[number];

/** What of a schema is held. */
export interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly allOf?: readonly unknown[];
  readonly type?: TypeName | readonly TypeName[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: unknown;
  readonly prefixItems?: readonly unknown[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isList: Check = (value) => Array.isArray(value) && value.length > 0;
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBound: Check = (value) => typeof value === 'number' && Math.abs(value) <= 1e15;
const isSchema: Check = (value) => typeof value === 'boolean' || isObject(value);
const isType: Check = (value) => TYPES.includes(value as TypeName);

/** What each keyword must be, in words for its refusal. */
const HELD: Readonly<Record<keyof Schema, readonly [Check, string]>> = {
  $ref: [isText, 'a text'],
  const: [() => true, ''],
  enum: [isList, 'a list of values'],
  anyOf: [isList, 'a list of schemas'],
  oneOf: [isList, 'a list of schemas'],
  allOf: [isList, 'a list of schemas'],
  type: [
    (value) => isType(value) || (isList(value) && (value as unknown[]).every(isType)),
    `one or some of ${TYPES.join(', ')}`,
  ],
  minimum: [isBound, 'a number within ±10¹⁵'],
  maximum: [isBound, 'a number within ±10¹⁵'],
  exclusiveMinimum: [isBound, 'a number within ±10¹⁵'],
  exclusiveMaximum: [isBound, 'a number within ±10¹⁵'],
  minLength: [isCount, 'a whole number'],
  maxLength: [isCount, 'a whole number'],
  pattern: [isText, 'a text'],
  items: [isSchema, 'a schema'],
  prefixItems: [isList, 'a list of schemas'],
  minItems: [isCount, 'a whole number'],
  maxItems: [isCount, 'a whole number'],
  properties: [isObject, 'an object'],
  required: [isTexts, 'a list of texts'],
  additionalProperties: [isSchema, 'a schema'],
  minProperties: [isCount, 'a whole number'],
  maxProperties: [isCount, 'a whole number'],
};

/** Keywords that say what fits and cannot be held, with the values that ask for nothing. */
const REFUSED: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    [
      'not',
      'if',
      'contains',
      'dependentRequired',
      'dependentSchemas',
      'dependencies',
      'propertyNames',
      'patternProperties',
    ]
      .concat('$dynamicRef', '$recursiveRef')
      .map((name) => [name, () => false]),
  ),
  uniqueItems: (value) => value === false,
  multipleOf: () => false,
  // Nothing is written that would be unevaluated where they forbid it.
  unevaluatedProperties: (value) => value === false || value === true,
  unevaluatedItems: () => false,
};

const OF_TYPE: readonly (readonly [TypeName, readonly (keyof Schema)[]])[] = [
  ['object', ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties']],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems']],
  ['string', ['minLength', 'maxLength', 'pattern']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']],
];

/** What of a schema is held. Throws `SettingInvalid` for what is not, or is of the wrong type. */
export function checkKeywords(schema: unknown, place: string): Schema {
  if (!isObject(schema))
    throw schemaError(place, `is ${quoted(JSON.stringify(schema))}: expected an object, true or false`);
  const held: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema as object)) {
    if (Object.hasOwn(REFUSED, name) && !REFUSED[name]!(value))
      throw schemaError(`${place}/${name}`, 'cannot be held by a grammar');
    if (!Object.hasOwn(HELD, name)) continue;
    const [check, expected] = HELD[name as keyof Schema];
    if (!check(value))
      throw schemaError(`${place}/${name}`, `is ${quoted(JSON.stringify(value))}: expected ${expected}`);
    held[name] = value;
  }
  checkTogether(held, place);
  return held;
}

/** Keywords that are held alone, but not with others. */
function checkTogether(schema: Schema, place: string): void {
  const names = Object.keys(schema);
  const alone = ['$ref', 'anyOf', 'oneOf', 'allOf'].find((name) => names.includes(name));
  const other = names.find((name) => name !== alone);
  if (alone !== undefined && other !== undefined)
    throw schemaError(place, `has "${other}" beside "${alone}": put it into what "${alone}" names`);
  if (('const' in schema || schema.enum) && names.some((name) => !['const', 'enum', 'type'].includes(name)))
    throw schemaError(place, 'lists its values and asks for more: leave in the list what fits');
  if ('const' in schema && schema.enum) throw schemaError(place, 'has "const" beside "enum": one of them is enough');
  if ((schema.allOf?.length ?? 1) > 1)
    throw schemaError(`${place}/allOf`, 'has more than one schema: write them as one');
  if (schema.oneOf && !areApart(schema.oneOf))
    throw schemaError(
      `${place}/oneOf`,
      'has schemas that one value might fit at once: write anyOf, or give each its own type',
    );
  if (schema.pattern !== undefined && (schema.minLength !== undefined || schema.maxLength !== undefined))
    throw schemaError(place, 'has a pattern beside a length: say the length in the pattern');
  if (
    schema.properties &&
    Object.keys(schema.properties).length > 0 &&
    (schema.minProperties ?? schema.maxProperties) !== undefined
  )
    throw schemaError(place, 'counts properties that have names: say with "required" which there must be');
  if ((schema.minProperties ?? 0) > 1)
    throw schemaError(`${place}/minProperties`, 'is more than 1: a grammar cannot tell whether two names differ');
}

/** Whether no value fits two of these: by their types, or by a required property with one value each. */
function areApart(branches: readonly unknown[]): boolean {
  const objects = branches.filter((branch) => isObject(branch)) as Schema[];
  if (objects.length < branches.length) return false;
  if (objects.some(({ $ref }) => $ref !== undefined)) return false;
  const types = objects.map((branch) => typesOf(branch).map((type) => (type === 'integer' ? 'number' : type)));
  const all = types.flatMap((list) => [...new Set(list)]);
  if (objects.every(({ type }) => type !== undefined) && new Set(all).size === all.length) return true;
  if (objects.every((branch) => 'const' in branch)) return areDifferent(objects.map((branch) => branch.const));
  const [first] = objects;
  return (first?.required ?? []).some((name) => {
    const marks = objects.map(({ required = [], properties = {} }) => {
      const mark = required.includes(name) && Object.hasOwn(properties, name) ? properties[name] : null;
      return isObject(mark) && 'const' in (mark as Schema) ? (mark as Schema).const : undefined;
    });
    return objects.every(({ type }) => type === 'object') && !marks.includes(undefined) && areDifferent(marks);
  });
}

function areDifferent(values: readonly unknown[]): boolean {
  return (
    values.every((value) => ['string', 'number', 'boolean'].includes(typeof value)) &&
    new Set(values).size === values.length
  );
}

/** The types that a schema allows: those it names, else those that its keywords speak of, else all. */
export function typesOf(schema: Schema): readonly TypeName[] {
  if (schema.type !== undefined) return [...new Set([schema.type].flat() as TypeName[])];
  const spoken = OF_TYPE.filter(([, names]) => names.some((name) => name in schema)).map(([type]) => type);
  return spoken.length > 0 ? spoken : TYPES;
}
