/** Any error as a person reads it: a heading by its code, then its own sentence, then what can be done. */
import { errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';

/** What the page shows of a failure. */
export interface Explanation {
  readonly title: string;
  readonly detail: string;
}

const TITLES: Record<ErrorCode, string> = {
  FileMalformed: 'This file is not a model file, or it is damaged',
  FileTruncated: 'This file is incomplete',
  FileUnsupported: 'Freehold cannot run this file',
  TensorMissing: 'A part of this model is missing',
  TensorUnsupported: 'Freehold cannot run this model',
  TokenizerUnsupported: 'Freehold cannot read this model’s vocabulary',
  TemplateFailed: 'This model’s chat format failed',
  ModelTooLarge: 'This model is too large for this device',
  ContextFull: 'The conversation is too long for this model',
  GpuUnavailable: 'No graphics processor can be used',
  GpuOutOfMemory: 'The graphics processor ran out of memory',
  GpuLost: 'The graphics processor stopped',
  GpuWrongResult: 'The graphics processor calculated wrongly',
  ShapeMismatch: 'The parts of this model do not fit together',
  SettingInvalid: 'A setting is not valid',
  SourceUnreachable: 'The address could not be reached',
  SourceRefused: 'The address refused to give the file',
  SourceChanged: 'The file at the address has changed',
  SourceRateLimited: 'The address asks to wait',
  HashMismatch: 'The file arrived damaged',
  StorageFull: 'There is not enough space',
  StorageFailed: 'The browser could not store the file',
  ChunkMissing: 'A stored part of the model is missing',
  FileBusy: 'The model is in use',
  NotFound: 'The file is not here',
  WorkerFailed: 'A part of Freehold stopped working',
};

/** What to do, for codes whose sentence may come without a remedy. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  GpuLost: 'Your words are safe. Start the model again.',
  WorkerFailed: 'Your words are safe. Try again.',
  ContextFull: 'Start a new chat, or raise the context length in the settings.',
  GpuOutOfMemory: 'Close other heavy pages, choose a shorter context in the settings, or choose a smaller model.',
  SourceUnreachable: 'Check the address and the network, then try again.',
};

/** Explains anything thrown. Errors without a code keep their own text under a plain heading. */
export function explain(error: unknown): Explanation {
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === null) return { title: 'Something went wrong', detail: text };
  const remedy = REMEDIES[code];
  const detail = remedy === undefined || text.includes(remedy) ? text : `${text} ${remedy}`;
  return { title: TITLES[code], detail };
}
