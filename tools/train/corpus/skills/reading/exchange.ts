/** Makes questions on given passages, and the answers: with the source's number, or that the text does not say it. */
import type { Split } from '../../example.ts';
import type { Random } from '../../random.ts';
import type { Fact, PassageKind } from './kinds.ts';
import { factsOf, fill, makeName, type Passage, sentence } from './passage.ts';
import { compareValues, drawValue } from './values.ts';

/** A passage with its number among the sources; `null` where it is the only text and has none. */
export interface Source {
  readonly number: number | null;
  readonly passage: Passage;
}

/** A question with its answer. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
  /** The texts that a right answer holds. */
  readonly holds: readonly string[];
  /** The source of the answer; `null` where no source has it. */
  readonly source: Source | null;
}

/** "Yes, ... [2]." or "No, ... [2]." with what is right. */
export function yesOrNo(random: Random, source: Source, fact: Fact, name: string, split: Split): Exchange {
  const value = source.passage.told.get(fact.id)!;
  const asked = random.chance(0.5) ? value : otherValue(random, fact, value, split);
  const verdict = asked === value ? 'Yes' : 'No';
  const answer = `${verdict}, ${fill(fact.answer, { N: name, v: value })}${mark(source)}.`;
  return { question: sentence(fill(fact.yesNo, { N: name, v: asked })), answer, holds: [verdict, value], source };
}

/** A question for a fact, in the words of `template`, and its answer. */
export function askFact(source: Source, fact: Fact, name: string, template: string, nameInQuestion = name): Exchange {
  const value = source.passage.told.get(fact.id)!;
  const question = sentence(fill(template, { N: nameInQuestion, v: value }));
  return { question, answer: statement(source, fact, name), holds: [value], source };
}

/** "Which bakery was opened by Mara Velt?"; `null` if the answer's words do not allow it or another source says the same. */
export function whichOne(sources: readonly Source[], source: Source, fact: Fact): Exchange | null {
  const { kind, name, told } = source.passage;
  const same = sources.filter(
    ({ passage }) => passage.kind === kind && passage.told.get(fact.id) === told.get(fact.id),
  );
  if (!fact.answer.startsWith('{N} ') || same.length > 1) return null;
  const template = `Which ${kind.call.replace(/^the /u, '')}${fact.answer.slice(3)}?`;
  return { ...askFact(source, fact, name, template), holds: [name.replace(/^the /u, '')] };
}

/** Which of two has more (or less) of something; `null` if no two sources can be compared. */
export function compare(random: Random, sources: readonly Source[]): Exchange | null {
  for (const [one, other] of random.shuffled(pairs(sources))) {
    for (const fact of random.shuffled(one.passage.kind.facts)) {
      const values = [one, other].map(({ passage }) => passage.told.get(fact.id));
      if (!fact.comparison || values[0] === undefined || values[1] === undefined) continue;
      const difference = compareValues(values[0], values[1]);
      if (difference === null) continue;
      const winner = difference > 0 === (fact.comparison.wants === 'more') ? one : other;
      const { name, told } = winner.passage;
      const question = sentence(fill(fact.comparison.question, { A: one.passage.name, B: other.passage.name }));
      const value = told.get(fact.id)!;
      const answer = `${sentence(fill(fact.comparison.answer, { N: name, v: value }))}${mark(winner)}.`;
      return { question, answer, holds: [name.replace(/^the /u, ''), value], source: winner };
    }
  }
  return null;
}

/** Two things at once: two sentences, each with its source. */
export function askTwo(random: Random, one: Source, other: Source): Exchange {
  const fact = random.pick(factsOf(one.passage));
  const second = random.pick(factsOf(other.passage).filter(({ id }) => one !== other || id !== fact.id));
  const parts = [fill(fact.indirect, { N: one.passage.name }), fill(second.indirect, { N: other.passage.name })];
  const question = fill(random.pick(['Tell me two things: {a}, and {b}.', 'I have two questions: {a}, and {b}?']), {
    a: parts[0]!,
    b: parts[1]!,
  });
  const answer = `${statement(one, fact, one.passage.name)} ${statement(other, second, other.passage.name)}`;
  return { question, answer, holds: [one.passage.told.get(fact.id)!, other.passage.told.get(second.id)!], source: one };
}

/** A question that no source answers. */
export function askUnknown(fact: Fact, name: string, template: string): Exchange {
  const answer = `The text does not say ${fill(fact.indirect, { N: name })}.`;
  return { question: sentence(fill(template, { N: name })), answer, holds: [], source: null };
}

/** The question for yes or no, with a value from nowhere. */
export function yesNoFromNowhere(random: Random, fact: Fact, split: Split): string {
  return fact.yesNo.replace('{v}', drawValue(random, fact.spec, split));
}

/** A name that none of the sources has. */
export function nameOfNone(random: Random, kind: PassageKind, sources: readonly Source[], split: Split): string {
  let name = makeName(random, kind, split);
  while (sources.some(({ passage }) => passage.name === name)) name = makeName(random, kind, split);
  return name;
}

function otherValue(random: Random, fact: Fact, value: string, split: Split): string {
  for (let tries = 0; tries < 100; tries++) {
    const other = drawValue(random, fact.spec, split);
    if (sameValue(other) !== sameValue(value)) return other;
  }
  throw new RangeError(`${fact.id} has no other value than ${value}`);
}

/** The same for values that mean the same: "1,000 people" and "1000 people", "salt and mint" and "mint and salt". */
function sameValue(value: string): string {
  return value.replaceAll(',', '').split(' and ').toSorted().join(' and ');
}

function statement(source: Source, fact: Fact, name: string): string {
  return `${sentence(fill(fact.answer, { N: name, v: source.passage.told.get(fact.id)! }))}${mark(source)}.`;
}

function mark({ number }: Source): string {
  return number === null ? '' : ` [${number}]`;
}

function pairs(sources: readonly Source[]): [Source, Source][] {
  return sources.flatMap((one, index) =>
    sources
      .slice(index + 1)
      .flatMap((other): [Source, Source][] => (one.passage.kind === other.passage.kind ? [[one, other]] : [])),
  );
}
