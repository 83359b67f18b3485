/** What went wrong between two devices, in the language of the page. */
import { type FaultKind, HandOverFault } from '../handover/fault.ts';
import { explain } from '../lib/explain.ts';
import { visibleText } from '../lib/visible-text.ts';
import { m } from '../paraglide/messages.js';

const WORDS: Readonly<Record<FaultKind, () => string>> = {
  'code-empty': m.handover_code_empty,
  'code-foreign': m.handover_code_foreign,
  'code-damaged': m.handover_code_damaged,
  'code-newer': m.handover_code_newer,
  'code-is-offer': m.handover_code_is_offer,
  'code-is-answer': m.handover_code_is_answer,
  'code-other-offer': m.handover_code_other_offer,
  'no-webrtc': m.handover_no_webrtc,
  'no-address': m.handover_no_address,
  'not-connected': m.handover_not_connected,
  lost: m.handover_lost,
  'stopped-there': m.handover_stopped_there,
  'failed-there': m.handover_failed_there,
  'not-understood': m.handover_not_understood,
};

/** A problem as a person reads it; `detail` is in English, by this device or the other. */
export function sayHandOverProblem(problem: unknown): { readonly text: string; readonly detail: string | null } {
  if (problem instanceof HandOverFault) {
    return { text: WORDS[problem.kind](), detail: problem.detail === '' ? null : visibleText(problem.detail) };
  }
  const { title, detail } = explain(problem);
  return { text: title, detail };
}

/** Whether another code helps, and nothing else has to begin anew. */
export function isAboutCode(error: unknown): boolean {
  return error instanceof HandOverFault && error.kind.startsWith('code-');
}
