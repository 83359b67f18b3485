/** What the library throws: our codes, in the shape that users of OpenAI's library know. */
import { EngineError, type ErrorCode, errorCode, type ErrorFacts } from '../workers/protocol/errors.ts';

/** What is at fault: the request, a model that is not here, or the engine. */
export type FreeholdErrorType = 'invalid_request_error' | 'not_found_error' | 'engine_error';

const REQUEST_CODES: readonly ErrorCode[] = [
  'SettingInvalid',
  'ContextFull',
  'ContextTooLarge',
  'TemplateFailed',
  'FileUnsupported',
];

/** An error with a code of the engine's list, and the request's field that it is about, if it is about one. */
export class FreeholdError extends Error {
  override readonly name = 'FreeholdError';
  readonly code: ErrorCode;
  readonly type: FreeholdErrorType;
  readonly param: string | null;

  constructor(code: ErrorCode, message: string, param: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.param = param;
    this.type = REQUEST_CODES.includes(code)
      ? 'invalid_request_error'
      : code === 'NotFound'
        ? 'not_found_error'
        : 'engine_error';
  }
}

/** The error of a field of a request that cannot be met. */
export function invalid(param: string, facts: ErrorFacts): FreeholdError {
  return new FreeholdError('SettingInvalid', new EngineError('SettingInvalid', facts).message, param);
}

/** An error of the engine with its code; any other, an abort's above all, as it is. */
export function withCode(error: unknown): unknown {
  const code = errorCode(error);
  return code === null ? error : new FreeholdError(code, (error as Error).message, null, { cause: error });
}
