/**
 * Reads the kinds of things that people say about themselves, and how they ask for them later (see `text/recall/kinds.txt`).
 *
 * It refuses lines without a mark; a kind may lack some marks, as the evaluation's file holds only what the person says.
 */

/** One kind of thing to be remembered; the phrases hold `{value}`, `{old}`, `{pet}` and `{relative}`. */
export interface Kind {
  readonly id: string;
  /** Where its values come from (see `drawValue`). */
  readonly source: string;
  readonly said: readonly string[];
  readonly corrected: readonly string[];
  readonly replies: readonly string[];
  readonly asked: readonly string[];
  readonly answers: readonly string[];
  readonly absents: readonly string[];
}

const LISTS = { '+': 'said', '~': 'corrected', '@': 'replies', '?': 'asked', '=': 'answers', '!': 'absents' } as const;

type Draft = { id: string; source: string } & Record<(typeof LISTS)[keyof typeof LISTS], string[]>;

/** Reads a file of kinds. Throws an `Error` that names the line and what was expected there. */
export function parseKinds(text: string, fileName: string): Kind[] {
  const kinds: Draft[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('# ')) continue;
    if (line.startsWith('## ')) {
      const [id = '', source = ''] = line.slice(3).trim().split(' ');
      kinds.push({ id, source, said: [], corrected: [], replies: [], asked: [], answers: [], absents: [] });
      continue;
    }
    const list = Object.entries(LISTS).find(([mark]) => line.startsWith(`${mark} `))?.[1];
    const kind = kinds.at(-1);
    if (!list || !kind) {
      throw new Error(`${fileName}:${index + 1}: expected "## id source" or one of "+~@?=!": ${JSON.stringify(line)}`);
    }
    kind[list].push(line.slice(2).trim());
  }
  return kinds;
}
