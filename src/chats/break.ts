/** Where a branch is cut for the model: what lies before a break is kept and shown, and no longer sent. */
import type { Message } from './chat.ts';

type Cuttable = Pick<Message, 'id' | 'role' | 'content' | 'keepFrom'>;

/** What of a branch is sent. */
export interface Sent<Turn> {
  /** The last break of the branch; `null` where there is none. */
  readonly lastBreak: Turn | null;
  /** The messages that are sent, in order. */
  readonly turns: readonly Turn[];
}

/** Cuts a branch at its last break. */
export function sentAfterBreak<Turn extends Cuttable>(path: readonly Turn[]): Sent<Turn> {
  const at = path.findLastIndex(({ role }) => role === 'break');
  const lastBreak = path[at];
  if (lastBreak === undefined) return { lastBreak: null, turns: path };
  const first = path.findIndex(({ id }) => id === lastBreak.keepFrom);
  const from = first === -1 || first > at ? at : first;
  return { lastBreak, turns: path.slice(from).filter(({ role }) => role !== 'break') };
}

/** The message before which the line of the last break is shown: what it keeps, else itself; `null` where there is none. */
export function lineBefore<Turn extends Cuttable>(path: readonly Turn[]): string | null {
  const { lastBreak, turns } = sentAfterBreak(path);
  if (lastBreak === null) return null;
  return turns[0] !== undefined && turns[0].id === lastBreak.keepFrom ? turns[0].id : lastBreak.id;
}

/** What of a branch a break can stand behind: all but the questions at its end that have no answer yet. */
export function answered<Turn extends Cuttable>(path: readonly Turn[]): readonly Turn[] {
  return path.slice(0, path.findLastIndex(({ role }) => role !== 'user') + 1);
}

/** Where each turn begins among messages that are sent: at a question that follows an answer or nothing. */
export function turnStarts(turns: readonly Pick<Message, 'role'>[]): number[] {
  return turns.flatMap(({ role }, index) => (role === 'user' && turns[index - 1]?.role !== 'user' ? [index] : []));
}

/** How a summary stands at the head of the first question after a break. */
export function withSummary(summary: string, words: string): string {
  return [`This is a summary of our conversation so far:\n\n${summary.trim()}`, words]
    .filter((part) => part !== '')
    .join('\n\nThe conversation goes on from here:\n\n');
}
