/**
 * The one error class that crosses the worker boundary.
 *
 * comlink carries only `message`, `name` and `stack`, so the code is the `name`. The message is a sentence a person can
 * act on: what failed, what was expected, what was there, what to do. Expected outcomes (stopped, no adapter) are
 * values and never come here.
 */

/** Every code that an error may carry as its `name`. The page explains by code. */
export const ERROR_CODES = [
  'FileMalformed',
  'FileTruncated',
  'FileUnsupported',
  'TensorMissing',
  'TensorUnsupported',
  'TokenizerUnsupported',
  'TemplateFailed',
  'ModelTooLarge',
  'ContextTooLarge',
  'ContextFull',
  'GpuUnavailable',
  'GpuOutOfMemory',
  'GpuLost',
  'GpuWrongResult',
  'ShapeMismatch',
  'SettingInvalid',
  'SourceUnreachable',
  'SourceRefused',
  'SourceChanged',
  'SourceRateLimited',
  'RequestForbidden',
  'HashMismatch',
  'StorageFull',
  'StorageFailed',
  'ChunkMissing',
  'FileBusy',
  'NotFound',
  'WorkerFailed',
  'RuntimeNeeded',
] as const;

/** A code from the list. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The facts that an error's sentence is made of. */
export interface ErrorFacts {
  /** What could not be done, or what is wrong, as a clause with no full stop. */
  readonly what: string;
  /** What was expected, if there is such a thing. */
  readonly expected?: string | number;
  /** What was there instead. */
  readonly got?: string | number;
  /** Byte offset in the file, where the error is about one. */
  readonly offset?: number;
  /** What the person can do now: a sentence. */
  readonly remedy?: string;
}

/** An error with a code for its name and a sentence made of its facts. */
export class EngineError extends Error {
  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(sentence(facts));
    this.name = code;
  }
}

/** The code of anything thrown, also of an error that crossed comlink; `null` if it carries none. */
export function errorCode(error: unknown): ErrorCode | null {
  const name = error instanceof Error ? error.name : null;
  return ERROR_CODES.find((code) => code === name) ?? null;
}

function sentence({ what, expected, got, offset, remedy }: ErrorFacts): string {
  let text = what;
  if (offset !== undefined) text += ` at byte ${offset}`;
  if (expected !== undefined) text += `: expected ${expected}`;
  if (got !== undefined) text += expected === undefined ? `: got ${got}` : `, got ${got}`;
  return remedy === undefined ? `${text}.` : `${text}. ${remedy}`;
}
