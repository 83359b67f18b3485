/** What an answer is held to, as the engine takes it. */
import type { AnswerFormat } from '../workers/protocol/engine.ts';
import { requireObject } from './checks.ts';
import { invalid } from './errors.ts';

/**
 * The part of a request for the engine that follows from `response_format`: free text, `json_object` (an object or an array),
 * or `json_schema`. Throws `SettingInvalid` for another type; what is wrong with a schema, the engine says.
 */
export function formatOf(format: unknown, field: string): { readonly format?: AnswerFormat } {
  if (format === undefined || format === null) return {};
  const { type, json_schema: named } = requireObject(format, field);
  if (type === 'text') return {};
  if (type === 'json_object') return { format: { kind: 'json' } };
  if (type === 'json_schema') {
    const { schema } = requireObject(named, `${field}.json_schema`);
    return schemaFormat(schema, `${field}.json_schema.schema`);
  }
  throw invalid(field, {
    what: `The field "${field}" is not supported in this form`,
    expected: 'the type "text", "json_object" or "json_schema"',
    got: JSON.stringify(type),
  });
}

/** The same from a JSON Schema by itself. Throws `SettingInvalid` for what is neither an object nor a boolean. */
export function schemaFormat(schema: unknown, field: string): { readonly format: AnswerFormat } {
  const text = JSON.stringify(typeof schema === 'boolean' ? schema : requireObject(schema, field));
  return { format: { kind: 'schema', schema: text } };
}
