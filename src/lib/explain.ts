/** Any error as a person reads it: a heading by its code, then its own sentence, then what can be done. */
import { errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import { visibleText } from './visible-text.ts';
import { m } from '../paraglide/messages.js';

/** What the page shows of a failure. */
export interface Explanation {
  readonly title: string;
  /** Its own sentence, in English. */
  readonly detail: string;
  /** What can be done that the sentence does not say. */
  readonly remedy: string | null;
}

const TITLES: Record<ErrorCode, () => string> = {
  FileMalformed: m.problems_file_malformed,
  FileTruncated: m.problems_file_truncated,
  FileUnsupported: m.problems_file_unsupported,
  TensorMissing: m.problems_tensor_missing,
  TensorUnsupported: m.problems_tensor_unsupported,
  TokenizerUnsupported: m.problems_tokenizer_unsupported,
  TemplateFailed: m.problems_template_failed,
  ModelTooLarge: m.problems_model_too_large,
  ContextTooLarge: m.problems_context_too_large,
  ContextFull: m.problems_context_full,
  GpuUnavailable: m.problems_gpu_unavailable,
  GpuOutOfMemory: m.problems_gpu_out_of_memory,
  GpuLost: m.problems_gpu_lost,
  GpuWrongResult: m.problems_gpu_wrong_result,
  ShapeMismatch: m.problems_shape_mismatch,
  SettingInvalid: m.problems_setting_invalid,
  SourceUnreachable: m.problems_source_unreachable,
  SourceRefused: m.problems_source_refused,
  SourceChanged: m.problems_source_changed,
  SourceRateLimited: m.problems_source_rate_limited,
  RequestForbidden: m.problems_request_forbidden,
  HashMismatch: m.problems_hash_mismatch,
  StorageFull: m.problems_storage_full,
  StorageFailed: m.problems_storage_failed,
  ChunkMissing: m.problems_chunk_missing,
  FileBusy: m.problems_file_busy,
  NotFound: m.problems_not_found,
  WorkerFailed: m.problems_worker_failed,
  RuntimeNeeded: m.problems_runtime_needed,
};

/** What to do, for codes whose sentence may come without a remedy. */
const REMEDIES: Partial<Record<ErrorCode, typeof m.problems_remedy_gpu_lost>> = {
  GpuLost: m.problems_remedy_gpu_lost,
  WorkerFailed: m.problems_remedy_worker_failed,
  ContextFull: m.problems_remedy_context_full,
  GpuOutOfMemory: m.problems_remedy_gpu_out_of_memory,
  SourceUnreachable: m.problems_remedy_source_unreachable,
};

/** What browsers say of a script that was to come later, in the words of Chromium, Firefox and WebKit. */
const PART_MISSING = /dynamically imported module|importing a module script failed/i;

/** Explains anything thrown, in the language of the page. Errors without a code keep their own text under a plain heading. */
export function explain(error: unknown): Explanation {
  const code = errorCode(error);
  // Names of files and hosts are in it, and they are anyone's.
  const detail = visibleText(error instanceof Error ? error.message : String(error));
  if (error instanceof Error && error.name === 'QuotaExceededError')
    return { title: m.problems_storage_full(), detail, remedy: m.problems_remedy_words_not_kept() };
  if (PART_MISSING.test(detail))
    return { title: m.problems_part_missing(), detail, remedy: m.problems_remedy_part_missing() };
  if (code === null) return { title: m.problems_something(), detail, remedy: null };
  const remedy = REMEDIES[code];
  const said = remedy === undefined || detail.includes(remedy({}, { locale: 'en' }));
  return { title: TITLES[code](), detail, remedy: said ? null : remedy() };
}
