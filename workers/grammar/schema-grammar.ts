/**
 * A JSON Schema (2020-12) as an EBNF grammar: every text of the grammar fits the schema, and what a grammar cannot hold is
 * refused by name and place instead of being left out. So fewer texts are written than would fit: an object has its
 * properties in the schema's order, and members without a name in it only where `additionalProperties` asks for them.
 * Annotations (`format` is one) and unknown keywords change nothing, as the specification has it.
 */
import { FORMAT_UNITS_MAX } from '../protocol/engine.ts';
import { allBut, literal, oneOf } from './characters.ts';
import { numbers, wholeNumbers } from './number-grammar.ts';
import { patternGrammar } from './pattern-grammar.ts';
import { escapePointer, refPlace, valueAt } from './pointers.ts';
import { quoted, schemaError } from './refusal.ts';
import { checkKeywords, type Schema, TYPES, type TypeName, typesOf } from './schema-keywords.ts';

/** Bounds of what a schema may ask for; more would take too long to compile. */
const COUNT_MAX = 10_000;
const RULES_MAX = 2000;
const DEPTH_MAX = 64;

/** White space between two parts: a line break and the indent of eleven levels. Without a bound a model may write no end of it. */
const SPACE_RULE = 'ws ::= [ \\n\\t]{0,24}';
const ANY_CHARACTER = oneOf(allBut([]))!;
const COMMA = 'ws "," ws';

/** The grammar of a schema's text. Throws `SettingInvalid` with the place. */
export function schemaGrammar(text: string): string {
  if (text.length > FORMAT_UNITS_MAX) throw schemaError('', `is longer than ${FORMAT_UNITS_MAX} characters`);
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw schemaError('', `is no JSON: ${quoted((error as Error).message)}`);
  }
  return new SchemaWriter(schema).grammar();
}

class SchemaWriter {
  readonly #root: unknown;
  readonly #rules: string[] = [SPACE_RULE, `char ::= ${ANY_CHARACTER}`, 'string ::= "\\"" char* "\\""'];
  /** The rule of each place that is referred to. */
  readonly #byPlace = new Map<string, string>();
  #anyRule: string | null = null;

  constructor(root: unknown) {
    this.#root = root;
  }

  grammar(): string {
    const root = this.#place('', 0);
    return [`root ::= ${root}`, ...this.#rules].join('\n');
  }

  #rule(expression: string, place: string): string {
    if (this.#rules.length >= RULES_MAX) throw schemaError(place, `makes more than ${RULES_MAX} rules`);
    const name = `r${this.#rules.length}`;
    this.#rules.push(`${name} ::= ${expression}`);
    return name;
  }

  /** The rule of a place of the schema, made once: a schema may refer to itself. */
  #place(place: string, depth: number): string {
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const name = `p${this.#byPlace.size}`;
    this.#byPlace.set(place, name);
    const schema = valueAt(this.#root, place);
    if (schema === undefined) throw schemaError(place, 'is not there, and something refers to it');
    this.#checkEnds(schema, place, new Set([place]));
    const expression = this.#value(schema, place, depth);
    this.#rules.push(`${name} ::= ${expression}`);
    return name;
  }

  /** Refuses a schema that is nothing but itself. */
  #checkEnds(schema: unknown, place: string, passed: Set<string>): void {
    const { $ref, anyOf, oneOf: one, allOf } = (typeof schema === 'object' && schema !== null ? schema : {}) as Schema;
    const next = typeof $ref === 'string' ? [refPlace($ref, place)] : [];
    for (const [name, list] of Object.entries({ anyOf, oneOf: one, allOf }))
      if (Array.isArray(list)) next.push(...list.map((_, index) => `${place}/${name}/${index}`));
    for (const at of next) {
      if (passed.has(at)) throw schemaError(at, 'refers to itself, with nothing in between');
      this.#checkEnds(valueAt(this.#root, at), at, new Set([...passed, at]));
    }
  }

  /** A name or an expression that may stand in a sequence. */
  #value(schema: unknown, place: string, depth: number): string {
    if (depth > DEPTH_MAX) throw schemaError(place, `is nested deeper than ${DEPTH_MAX}`);
    if (schema === true) return this.#any();
    if (schema === false) throw schemaError(place, 'is false: nothing fits it');
    const keywords = checkKeywords(schema, place);
    if (keywords.$ref !== undefined) return this.#place(refPlace(keywords.$ref, place), depth + 1);
    if ('const' in keywords || keywords.enum !== undefined) return this.#listed(keywords, place);
    for (const name of ['anyOf', 'oneOf', 'allOf'] as const) {
      const branches = keywords[name];
      if (branches === undefined) continue;
      const values = branches.map((branch, index) => this.#value(branch, `${place}/${name}/${index}`, depth + 1));
      return this.#rule(values.join(' | '), place);
    }
    const types = typesOf(keywords);
    if (types.length === TYPES.length && Object.keys(keywords).length === 0) return this.#any();
    return this.#rule(types.map((type) => this.#typed(type, keywords, place, depth)).join(' | '), place);
  }

  #typed(type: TypeName, schema: Schema, place: string, depth: number): string {
    switch (type) {
      case 'null':
        return '"null"';
      case 'boolean':
        return '"true" | "false"';
      case 'integer':
      case 'number':
        return this.#number(type, schema, place);
      case 'string':
        return this.#string(schema, place);
      case 'array':
        return this.#array(schema, place, depth);
      case 'object':
        return this.#object(schema, place, depth);
    }
  }

  #listed(schema: Schema, place: string): string {
    const values = 'const' in schema ? [schema.const] : schema.enum!;
    const types = typesOf(schema);
    const fitting = values.filter((value) => types.some((type) => isOfType(value, type)));
    if (fitting.length === 0) throw schemaError(place, 'lists no value of its own type');
    return this.#rule(fitting.map((value) => literal(JSON.stringify(value))).join(' | '), place);
  }

  #number(
    type: 'integer' | 'number',
    { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema,
    place: string,
  ): string {
    const from = Math.max(minimum ?? -Infinity, exclusiveMinimum ?? -Infinity);
    const to = Math.min(maximum ?? Infinity, exclusiveMaximum ?? Infinity);
    const exclusive = { from: from === exclusiveMinimum, to: to === exclusiveMaximum };
    const range = { from: from === -Infinity ? null : from, to: to === Infinity ? null : to };
    const whole = {
      from: range.from === null ? null : Math.ceil(from) + Number(exclusive.from && Number.isInteger(from)),
      to: range.to === null ? null : Math.floor(to) - Number(exclusive.to && Number.isInteger(to)),
    };
    const expression = type === 'integer' ? wholeNumbers(whole) : numbers(range, exclusive);
    if (expression !== null && expression !== '') return expression;
    throw schemaError(
      place,
      type === 'integer'
        ? 'leaves no whole number between its bounds'
        : 'has bounds with no whole number between them, and so none that a grammar can say',
    );
  }

  #string({ minLength = 0, maxLength, pattern }: Schema, place: string): string {
    if (pattern !== undefined) {
      const at = `${place}/pattern`;
      const content = patternGrammar(pattern, (what) => {
        throw schemaError(at, what);
      });
      return `"\\"" (${content}) "\\""`;
    }
    if (minLength === 0 && maxLength === undefined) return 'string';
    return `"\\"" char${this.#count(minLength, maxLength, place)} "\\""`;
  }

  #array({ items = true, prefixItems = [], minItems = 0, maxItems }: Schema, place: string, depth: number): string {
    this.#count(minItems, maxItems, place);
    const first = prefixItems.slice(0, maxItems);
    const open = items !== false && (maxItems === undefined || maxItems > first.length);
    if (!open && minItems > first.length)
      throw schemaError(place, `asks for ${minItems} items and allows ${first.length}`);
    const heads = first.map((item, index) => this.#value(item, `${place}/prefixItems/${index}`, depth + 1));
    const most = maxItems === undefined ? undefined : maxItems - heads.length;
    let tail = '';
    if (open) {
      const item = this.#value(items, `${place}/items`, depth + 1);
      const least = Math.max(0, minItems - heads.length);
      if (heads.length > 0) tail = `(${COMMA} ${item})${this.#count(least, most, place)}`;
      else {
        const more = this.#count(Math.max(0, least - 1), most === undefined ? undefined : most - 1, place);
        tail = `${item} (${COMMA} ${item})${more}`;
        if (least === 0) tail = `(${tail})?`;
      }
    }
    // From the last one on, what `minItems` does not ask for may be left out.
    let content = tail;
    for (let index = heads.length - 1; index >= 0; index--) {
      const item = `${index > 0 ? COMMA : ''} ${heads[index]!} ${content}`;
      content = index < minItems ? item : `(${item})?`;
    }
    return `"[" ws ${content} ws "]"`;
  }

  #object(schema: Schema, place: string, depth: number): string {
    const { properties = {}, required = [], minProperties = 0, maxProperties } = schema;
    const names = Object.keys(properties);
    const additional = schema.additionalProperties ?? names.length === 0;
    const lost = required.find((name) => !Object.hasOwn(properties, name));
    if (lost !== undefined) throw schemaError(place, `requires "${quoted(lost)}", which its properties do not have`);
    const member = (key: string, value: string): string => `${key} ws ":" ws ${value}`;
    const more =
      additional === false || maxProperties === 0
        ? null
        : this.#rule(
            member(this.#keyBesides(names, place), this.#value(additional, `${place}/additionalProperties`, depth + 1)),
            place,
          );
    if (names.length === 0) {
      if (more === null) {
        if (minProperties > 0) throw schemaError(place, 'asks for properties and allows none');
        return '"{" ws "}"';
      }
      const rest = `(${COMMA} ${more})${this.#count(0, maxProperties === undefined ? undefined : maxProperties - 1, place)}`;
      return minProperties > 0 ? `"{" ws ${more} ${rest} ws "}"` : `"{" ws (${more} ${rest})? ws "}"`;
    }
    // `behind` follows another member, `begun` may be the first: from the last property on.
    let behind = more === null ? '""' : `(${COMMA} ${more})*`;
    let begun = more === null ? '""' : `(${more} (${COMMA} ${more})*)?`;
    for (const name of names.toReversed()) {
      const value = this.#value(properties[name], `${place}/properties/${escapePointer(name)}`, depth + 1);
      const own = this.#rule(member(literal(JSON.stringify(name)), value), place);
      const [after, start] = [this.#rule(behind, place), this.#rule(begun, place)];
      const isRequired = required.includes(name);
      behind = isRequired ? `${COMMA} ${own} ${after}` : `${COMMA} ${own} ${after} | ${after}`;
      begun = isRequired ? `${own} ${after}` : `${own} ${after} | ${start}`;
    }
    return `"{" ws (${begun}) ws "}"`;
  }

  /** A key in quotes that is none of these: a tree of their beginnings, left anywhere. */
  #keyBesides(names: readonly string[], place: string): string {
    if (names.length === 0) return 'string';
    const after = (prefix: string): string => {
      const going = names.filter((name) => name.startsWith(prefix) && name.length > prefix.length);
      const next = [...new Set(going.map((name) => String.fromCodePoint(name.codePointAt(prefix.length)!)))];
      const other = oneOf(allBut(next.map((character) => [character.codePointAt(0)!, character.codePointAt(0)!])));
      const parts = [
        ...(other === null ? [] : [`${other} char* "\\""`]),
        ...next.map(
          (character) =>
            `${oneOf([[character.codePointAt(0)!, character.codePointAt(0)!]])!} ${after(prefix + character)}`,
        ),
        ...(names.includes(prefix) ? [] : ['"\\""']),
      ];
      return this.#rule(parts.join(' | '), place);
    };
    return `"\\"" ${after('')}`;
  }

  #any(): string {
    if (this.#anyRule !== null) return this.#anyRule;
    this.#anyRule = 'any';
    this.#rules.push(
      'any ::= object | array | string | number | "true" | "false" | "null"',
      `number ::= ${numbers({ from: null, to: null }, { from: false, to: false })!}`,
      `array ::= "[" ws (any (${COMMA} any)*)? ws "]"`,
      `object ::= "{" ws (string ws ":" ws any (${COMMA} string ws ":" ws any)*)? ws "}"`,
    );
    return this.#anyRule;
  }

  #count(least: number, most: number | undefined, place: string): string {
    if (Math.max(least, most ?? 0) > COUNT_MAX) throw schemaError(place, `counts to more than ${COUNT_MAX}`);
    if (most !== undefined && least > most) throw schemaError(place, `asks for ${least} at least and ${most} at most`);
    if (most === undefined) return least === 0 ? '*' : `{${least},}`;
    return `{${least},${most}}`;
  }
}

function isOfType(value: unknown, type: TypeName): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** Any JSON object or array. */
export function jsonGrammar(): string {
  return schemaGrammar('{"type":["object","array"]}');
}
