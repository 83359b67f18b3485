/**
 * Reads the kinds of passages that are written by hand. A kind holds sentences with gaps, and questions for each of its facts:
 *
 *     ## bakery                                   a kind
 *     name: the {place} Bakery / Bakery {surname} what such a thing is called: {N} below
 *     call: the bakery                            how it is called where it is the only one
 *     again: first name                           after the first sentence: "it" or as above (the default), first name, or name
 *     @ founder: person                           a fact and its value, as values.ts has it
 *     - {N} was opened by {v}.                    a sentence; {v} is the fact's value, {year} that of another fact
 *     ? Who opened {N}?                           a question
 *     = {N} was opened by {v}                     the answer, in lower case but for names
 *     0 who opened {N}                            the same inside a sentence: "The text does not say who opened ..."
 *     % Did {v} open {N}?                         a question for yes or no
 *     > Which is larger, {A} or {B}? = {N} is larger: {v}     who has more ("<": less), if the fact is a number
 *
 * A line that is none of these is refused with its number.
 */

/** What comes after the first sentence in place of the name. */
type Again = 'it' | 'first name' | 'name';

/** A question on two things of a kind, and what is said of the one that has more (or less). */
interface Comparison {
  readonly wants: 'more' | 'less';
  readonly question: string;
  readonly answer: string;
}

/** One fact of a kind. */
export interface Fact {
  readonly id: string;
  readonly spec: string;
  readonly questions: readonly string[];
  readonly answer: string;
  readonly indirect: string;
  readonly yesNo: string;
  readonly comparison: Comparison | null;
}

/** A kind of passage. */
export interface PassageKind {
  readonly id: string;
  readonly names: readonly string[];
  readonly call: string;
  readonly again: Again;
  /** Sentences with `{N}` and the ids of facts in braces. */
  readonly frames: readonly string[];
  readonly facts: readonly Fact[];
}

type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };
type KindDraft = Omit<Draft<PassageKind>, 'facts'> & { facts: Draft<Fact>[] };

/** Reads a file of kinds. Throws an `Error` that names the line, or the kind that lacks something. */
export function parseKinds(text: string, fileName: string): PassageKind[] {
  const kinds: KindDraft[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('# ')) continue;
    if (!(line.startsWith('## ') ? startKind(kinds, line) : readLine(kinds.at(-1), line)))
      throw new Error(`${fileName}:${index + 1}: not a line of a kind: ${JSON.stringify(line)}`);
  }
  for (const kind of kinds) checkKind(kind, fileName);
  return kinds;
}

function startKind(kinds: KindDraft[], line: string): boolean {
  kinds.push({ id: line.slice(3).trim(), names: [], call: '', again: 'it', frames: [], facts: [] });
  return true;
}

function readLine(kind: KindDraft | undefined, line: string): boolean {
  const head = /^(name|call|again): (.+)$/u.exec(line);
  if (!kind) return false;
  if (head) return readHead(kind, head[1]!, head[2]!);
  const fact = /^@ (\w+): (.+)$/u.exec(line);
  if (fact) {
    kind.facts.push({
      id: fact[1]!,
      spec: fact[2]!,
      questions: [],
      answer: '',
      indirect: '',
      yesNo: '',
      comparison: null,
    });
    return true;
  }
  const last = kind.facts.at(-1);
  return last !== undefined && line[1] === ' ' && readFactLine(kind, last, line[0]!, line.slice(2).trim());
}

function readHead(kind: KindDraft, key: string, value: string): boolean {
  if (key === 'name') kind.names = value.split(' / ');
  else if (key === 'call') kind.call = value;
  else if (value === 'it' || value === 'first name' || value === 'name') kind.again = value;
  else return false;
  return true;
}

function readFactLine(kind: KindDraft, fact: Draft<Fact>, mark: string, rest: string): boolean {
  const comparison = /^(.+\?) = (.+)$/u.exec(rest);
  if (mark === '-') kind.frames.push(rest.replaceAll('{v}', `{${fact.id}}`));
  else if (mark === '?') fact.questions.push(rest);
  else if (mark === '=') fact.answer = rest;
  else if (mark === '0') fact.indirect = rest;
  else if (mark === '%') fact.yesNo = rest;
  else if ((mark === '<' || mark === '>') && comparison)
    fact.comparison = { wants: mark === '>' ? 'more' : 'less', question: comparison[1]!, answer: comparison[2]! };
  else return false;
  return true;
}

function checkKind(kind: PassageKind, fileName: string): void {
  const lacking = kind.facts.find(({ questions, answer, indirect, yesNo }) =>
    [questions[0], answer, indirect, yesNo].some((text) => !text?.includes('{N}')),
  );
  if (lacking)
    throw new Error(`${fileName}: ${kind.id}.${lacking.id} needs a question and "=", "0" and "%" lines, each with {N}`);
  const nameless = kind.frames.find((frame) => !frame.includes('{N}'));
  if (nameless !== undefined) throw new Error(`${fileName}: ${kind.id} has a sentence without {N}: ${nameless}`);
  if (kind.names.length === 0 || kind.call === '')
    throw new Error(`${fileName}: ${kind.id} needs "name: " and "call: "`);
}
