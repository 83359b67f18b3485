/**
 * How hard a model can be asked to think: the words that its chat template takes as `reasoning_effort`. A template shows
 * by what it writes which ones it knows; its text is not read.
 *
 * Sources: OpenAI's description of the harmony format (low, medium, high); the model cards of families that also know none,
 * minimal, xhigh or max.
 */

/** The variable's name, which all families share. */
export const EFFORT_NAME = 'reasoning_effort';

/** Words in use, from least to most. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
/** What a template that takes any word is asked with. */
const USUAL_EFFORTS: readonly string[] = ['low', 'medium', 'high'];
/** A word that no template knows. */
const STRANGE_EFFORT = 'unheard-of';

/**
 * The words that make a difference, from least to most: those that the template treats apart from a word it never heard
 * of, and the usual three where it writes any word down.
 *
 * @param write what the template writes of a small conversation with this effort, or `null` if it refuses
 */
export function findEfforts(write: (effort: string) => string | null): string[] {
  const strange = write(STRANGE_EFFORT);
  const takesAny = strange?.includes(STRANGE_EFFORT) ?? false;
  return EFFORTS.filter((effort) => {
    if (takesAny && USUAL_EFFORTS.includes(effort)) return true;
    const written = write(effort);
    return written !== null && written !== strange?.replaceAll(STRANGE_EFFORT, effort);
  });
}
