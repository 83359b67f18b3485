/** When a kept model was used and checked last, in words. */
import type { AboutModel } from '../../../workers/protocol/care.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';

/** A day with its time, by the clock of this device. */
export function whenText(atMs: number): string {
  return new Date(atMs).toLocaleString(getLocale(), { dateStyle: 'medium', timeStyle: 'short' });
}

/** When it was used last; `null` for a model that is older than what is written down of use. */
export function usedText({ usedAt, verifiedAt }: AboutModel): string | null {
  if (usedAt !== null) return m.models_used_at({ when: whenText(usedAt) });
  return verifiedAt === null ? null : m.models_not_used();
}

/** When all of it was checked last; of an older model only that it was as it arrived. */
export function verifiedText({ verifiedAt }: AboutModel): string {
  return verifiedAt === null ? m.models_verified_arriving() : m.models_verified_at({ when: whenText(verifiedAt) });
}
