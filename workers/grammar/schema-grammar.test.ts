/** Texts of many schemas, drawn at random from what their grammars allow: each one fits, by an independent validator. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { drawDocuments } from '../../tools/testing/draw-document.ts';
import { tokensOf } from '../../tools/testing/node-grammar.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createTokenizer } from '../text/create-tokenizer.ts';
import { schemaGrammar } from './schema-grammar.ts';

const DOCUMENTS = 12;
const sizes = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 };
const tokenizer = createTokenizer(await readGguf(bytesSource(writeGguf(randomModel(sizes)))));
const tokens = tokensOf(tokenizer);

const list = {
  type: 'object',
  properties: { value: { type: 'integer' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
};
const schemas: Record<string, unknown> = {
  'nothing asked': {},
  true: true,
  null: { type: 'null' },
  boolean: { type: 'boolean' },
  'a string': { type: 'string' },
  'a string of a length': { type: 'string', minLength: 3, maxLength: 5 },
  'a string of a least length': { type: 'string', minLength: 4 },
  'an integer': { type: 'integer' },
  'an integer from 3 to 123456': { type: 'integer', minimum: 3, maximum: 123456 },
  'an integer from -17 to 8': { type: 'integer', minimum: -17, maximum: 8 },
  'an integer above 99': { type: 'integer', exclusiveMinimum: 99 },
  'an integer below -5': { type: 'integer', exclusiveMaximum: -5 },
  'an integer of 1': { type: 'integer', minimum: 1, maximum: 1 },
  'an integer between halves': { type: 'integer', minimum: -2.5, maximum: 2.5 },
  'a number': { type: 'number' },
  'a number from 0 to 1': { type: 'number', minimum: 0, maximum: 1 },
  'a number above 0': { type: 'number', exclusiveMinimum: 0 },
  'a number from -3.5 to 12.25': { type: 'number', minimum: -3.5, maximum: 12.25 },
  'a number between -1 and 1': { type: 'number', exclusiveMinimum: -1, exclusiveMaximum: 1 },
  'a number from 1000 to 9999': { type: 'number', minimum: 1000, maximum: 9999 },
  'two types': { type: ['string', 'null'], maxLength: 4 },
  'an enum': { enum: ['red', 'green "leaf"', 3, null, { a: [1, 2] }] },
  'an enum of a type': { type: 'string', enum: ['a', 'b', 5] },
  'a const': { const: { deep: [true, 'x\n\\'] } },
  'an array': { type: 'array' },
  'an array of integers': { type: 'array', items: { type: 'integer' } },
  'an array of 2 to 4': { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 4 },
  'an array of 3 at least': { type: 'array', items: { enum: [1, 2] }, minItems: 3 },
  'an array of at most 1': { type: 'array', items: { type: 'null' }, maxItems: 1 },
  'an empty array': { type: 'array', maxItems: 0 },
  'a tuple': { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }], items: false, minItems: 2 },
  'a tuple that may end early': { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }], items: false },
  'a tuple with a tail': {
    type: 'array',
    prefixItems: [{ type: 'integer' }],
    items: { type: 'boolean' },
    minItems: 3,
    maxItems: 4,
  },
  'an object': { type: 'object' },
  'an empty object': { type: 'object', additionalProperties: false },
  'required and not': {
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 }, mail: { type: 'string' } },
    required: ['name', 'mail'],
  },
  'no property required': {
    type: 'object',
    properties: { a: { type: 'null' }, b: { type: 'null' }, c: { type: 'null' } },
  },
  'more properties': {
    type: 'object',
    properties: { i: { type: 'integer' }, in: { type: 'boolean' }, 'i"x': { const: 1 } },
    required: ['in'],
    additionalProperties: { type: 'string' },
  },
  'a map': { type: 'object', additionalProperties: { type: 'integer' } },
  'a map of 1 to 3': { type: 'object', additionalProperties: true, minProperties: 1, maxProperties: 3 },
  nested: {
    type: 'object',
    properties: {
      people: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: { id: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
          required: ['id', 'tags'],
        },
      },
    },
    required: ['people'],
    additionalProperties: false,
  },
  'any of': {
    anyOf: [{ type: 'integer' }, { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }],
  },
  'one of, by type': { oneOf: [{ type: 'integer' }, { type: 'string' }] },
  'one of, by a mark': {
    oneOf: ['circle', 'square'].map((kind) => ({
      type: 'object',
      properties: { kind: { const: kind }, size: { type: 'number', minimum: 0 } },
      required: ['kind', 'size'],
    })),
  },
  'all of one': { allOf: [{ type: 'integer', maximum: 9 }] },
  'a reference': {
    $defs: { colour: { enum: ['red', 'blue'] } },
    type: 'array',
    items: { $ref: '#/$defs/colour' },
    minItems: 1,
  },
  'a reference with odd names': {
    $defs: { 'a/b~c d': { type: 'null' } },
    properties: { x: { $ref: '#/$defs/a~1b~0c%20d' } },
    required: ['x'],
  },
  'a reference to itself': list,
  'a pattern': { type: 'string', pattern: '^[a-z]{2,4}-[0-9]+$' },
  'a pattern of alternatives': { type: 'string', pattern: '^(?:yes|no)$|^may(be)?$' },
  'a pattern with quotes': { type: 'string', pattern: '^["\\\\]+[^"a-z]?\\.\\w\\s?$' },
  'properties alone': { properties: { a: { type: 'integer' } } },
  'unicode names': { type: 'object', properties: { größe: { enum: ['groß', '大'] } }, required: ['größe'] },
  annotations: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'T',
    description: 'D',
    default: 1,
    examples: [1],
    type: 'integer',
    format: 'int',
  },
};

describe('texts of a schema fit it', () => {
  test.each(Object.entries(schemas))('%s', async (name, schema) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema as object | boolean);
    const format = { kind: 'schema', schema: JSON.stringify(schema) } as const;
    const texts = await drawDocuments(tokens, format, DOCUMENTS, name.length);
    expect(texts).toHaveLength(DOCUMENTS);
    for (const text of texts) {
      const fits = validate(JSON.parse(text));
      expect(validate.errors ?? [], text).toEqual([]);
      expect(fits).toBe(true);
    }
  });
});

test('JSON is an object or an array', async () => {
  const texts = await drawDocuments(tokens, { kind: 'json' }, 30, 7);
  const kinds = texts.map((text) => (Array.isArray(JSON.parse(text)) ? 'array' : typeof JSON.parse(text)));
  expect(new Set(kinds)).toEqual(new Set(['array', 'object']));
});

const refused: readonly (readonly [unknown, RegExp])[] = [
  ['{"type":', /^The schema is no JSON: .*JSON/],
  ['', /^The schema is no JSON/],
  ['12', /^The schema is 12: expected an object, true or false/],
  ['"text"', /expected an object/],
  ['null', /expected an object/],
  [false, /^The schema is false: nothing fits it/],
  [{ type: 'text' }, /^The schema's \/type is "text": expected one or some of null, boolean/],
  [{ properties: { a: { type: 5 } } }, /^The schema's \/properties\/a\/type is 5/],
  [{ properties: [] }, /^The schema's \/properties is \[\]: expected an object/],
  [{ $ref: '#/$defs/missing' }, /^The schema's \/\$defs\/missing is not there/],
  [{ $ref: 'https://example.org/x' }, /refers to "https:\/\/example.org\/x"; only its own parts/],
  [{ $ref: '#' }, /refers to itself, with nothing in between/],
  [{ anyOf: [{ $ref: '#/anyOf/1' }, { $ref: '#/anyOf/0' }] }, /refers to itself/],
  [{ $ref: '#/%zz' }, /no address/],
  [{ not: { type: 'null' } }, /^The schema's \/not cannot be held by a grammar/],
  [{ items: { if: true } }, /^The schema's \/items\/if cannot be held/],
  [{ type: 'array', uniqueItems: true }, /uniqueItems cannot be held/],
  [{ type: 'integer', multipleOf: 3 }, /multipleOf cannot be held/],
  [{ patternProperties: { a: true } }, /patternProperties cannot be held/],
  [{ type: 'integer', minimum: 3, maximum: 2 }, /leaves no whole number/],
  [{ type: 'number', minimum: 0.2, maximum: 0.8 }, /no whole number between them/],
  [{ type: 'number', minimum: 1e300 }, /within ±10¹⁵/],
  [{ type: 'array', minItems: 3, maxItems: 2 }, /asks for 3 at least and 2 at most/],
  [{ type: 'array', minItems: -1 }, /minItems is -1: expected a whole number/],
  [{ type: 'array', minItems: 1_000_000 }, /counts to more than 10000/],
  [{ type: 'array', prefixItems: [true], items: false, minItems: 2 }, /asks for 2 items and allows 1/],
  [{ type: 'object', required: ['b'] }, /requires "b", which its properties do not have/],
  [{ enum: [] }, /enum is \[\]: expected a list of values/],
  [{ type: 'string', enum: [1] }, /lists no value of its own type/],
  [{ allOf: [{ type: 'string' }, { maxLength: 3 }] }, /allOf has more than one schema/],
  [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, /one value might fit at once/],
  [{ type: 'object', anyOf: [{ required: ['a'] }] }, /has "type" beside "anyOf"/],
  [{ type: 'string', pattern: '(' }, /^The schema's \/pattern is no regular expression/],
  [{ type: 'string', pattern: '^(?=a)b$' }, /pattern has something at character 3 that no grammar can say: \?=a/],
  [{ type: 'string', pattern: '^\\p{L}$' }, /no grammar can say: \\p\{L\}/],
  [{ type: 'string', pattern: 'a' }, /pattern does not begin with \^/],
  [{ type: 'string', pattern: '^a' }, /pattern does not end with \$/],
  [{ type: 'string', pattern: '^a{2000}$' }, /repeats more than 1000 times/],
  [{ type: 'string', pattern: '^a$', maxLength: 3 }, /has a pattern beside a length/],
  [{ minProperties: 2 }, /minProperties is more than 1/],
];

test.each(refused)('refuses %j', (schema, message) => {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
  const refusal = () => schemaGrammar(text);
  expect(refusal).toThrow(message);
  expect(refusal).toThrow(expect.objectContaining({ name: 'SettingInvalid' }));
});

test('refuses what is too long, too deep or too large', () => {
  expect(() => schemaGrammar(`"${'a'.repeat(70_000)}"`)).toThrow(/longer than 65536 characters/);
  const deep = `${'{"items":'.repeat(100)}true${'}'.repeat(100)}`;
  expect(() => schemaGrammar(deep)).toThrow(/nested deeper than 64/);
  const wide = {
    properties: Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`p${index}`, { type: 'null' }])),
  };
  expect(() => schemaGrammar(JSON.stringify(wide))).toThrow(/makes more than 2000 rules/);
});
