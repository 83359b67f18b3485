/** What to take where a model does not fit: the largest other one that fits better. */
import { type Verdict, VERDICTS } from './verdict.ts';

/** A way to have a model, and how it fits. */
export interface Judged<Choice> {
  readonly choice: Choice;
  readonly fetchBytes: number;
  readonly verdict: Verdict;
}

/**
 * The next smaller choice: of those that are smaller than `from` and fit better, the best fit, and of these the largest.
 * `null` where `from` fits, or nothing smaller fits better.
 */
export function nextSmaller<Choice>(from: Judged<Choice>, others: readonly Judged<Choice>[]): Choice | null {
  const rank = ({ verdict }: Judged<Choice>): number => VERDICTS.indexOf(verdict);
  const better = others.filter((other) => other.fetchBytes < from.fetchBytes && rank(other) < rank(from));
  better.sort((a, b) => rank(a) - rank(b) || b.fetchBytes - a.fetchBytes);
  return better[0]?.choice ?? null;
}
