/** What an answer is to look like, as the engine takes it. */
import type { ToolRequest } from '../workers/protocol/tools.ts';
import { requireObject } from './checks.ts';
import { invalid } from './errors.ts';

/**
 * The part of a request for the engine that follows from `response_format`, or from a `responseConstraint` as
 * `json_schema`. Text is free; throws `SettingInvalid` for all else, which the engine cannot hold an answer to yet.
 */
export function formatOf(format: unknown, field: string): Partial<ToolRequest> {
  if (format === undefined || format === null) return {};
  const { type } = requireObject(format, field);
  if (type === 'text') return {};
  throw invalid(field, {
    what: `The field "${field}" is not supported in this form`,
    expected: '{ "type": "text" }',
    got: JSON.stringify(type),
    remedy: 'Leave it out, say in the prompt what form the answer should have, and check the answer.',
  });
}
