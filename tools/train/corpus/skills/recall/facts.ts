/** Facts that a person states in a conversation: said, perhaps corrected, asked for. */
import { assistant, type Split, type Turn, user } from '../../example.ts';
import type { Random } from '../../random.ts';
import { fillPhrase, type Sections } from '../../sections.ts';
import { upperFirst } from '../fill-slots.ts';
import type { Kind } from './kinds.ts';
import { drawValue } from './values.ts';

/** What conversations are made of; the evaluation has its own kinds' phrasings, small talk and split. */
export interface RecallSource {
  readonly split: Split;
  readonly kinds: readonly Kind[];
  /** Small talk that may stand between. */
  readonly between: readonly { readonly question: string; readonly answer: string }[];
  readonly frame: Sections;
}

/** A fact of this conversation, with the values of its phrases' slots. */
export interface Fact {
  readonly kind: Kind;
  readonly slots: { readonly value: string; readonly pet: string; readonly relative: string };
}

/** A fact of this kind, its value drawn. */
export function drawFact(random: Random, source: RecallSource, kind: Kind): Fact {
  const value = drawValue(random, source.split, kind.source);
  const pet = drawValue(random, source.split, 'pet');
  return { kind, slots: { value, pet, relative: drawValue(random, source.split, 'relative') } };
}

/** The same fact with another value. */
export function changedFact(random: Random, source: RecallSource, { kind, slots }: Fact): Fact {
  let value = slots.value;
  while (overlap(value, slots.value)) value = drawValue(random, source.split, kind.source);
  return { kind, slots: { ...slots, value } };
}

/** The person says it. Its exact letters matter, so nothing is mistyped. */
export function statement(random: Random, source: RecallSource, { kind, slots }: Fact): string {
  const said = upperFirst(fillPhrase(random.pick(kind.said), slots));
  const greets = /^H(?:i|ello)\b/u.test(said);
  if (!greets && random.chance(0.1)) return `${random.pick(source.frame.of('by-the-way'))} ${said}`;
  return random.chance(0.15) ? said.replace(/\.$/u, '') : said;
}

/** The person says it, and the assistant takes it up. */
export function told(random: Random, source: RecallSource, fact: Fact): Turn[] {
  return [user(statement(random, source, fact)), assistant(reply(random, source, fact))];
}

/** The person corrects a fact said before. */
export function corrected(random: Random, source: RecallSource, before: Fact, now: Fact): Turn[] {
  const slots = { ...now.slots, old: before.slots.value };
  const taken = random.chance(0.5) ? random.pick(source.frame.of('corrected-reply')) : reply(random, source, now);
  return [user(upperFirst(fillPhrase(random.pick(now.kind.corrected), slots))), assistant(taken)];
}

/** A question for the fact. */
export function question(random: Random, { kind, slots }: Fact): string {
  return upperFirst(fillPhrase(random.pick(kind.asked), slots));
}

/** The answer that gives the fact. */
export function answer(random: Random, { kind, slots }: Fact): string {
  return upperFirst(fillPhrase(random.pick(kind.answers), slots));
}

/** The answer when it was never said. */
export function absent(random: Random, { kind, slots }: Fact): string {
  return fillPhrase(random.pick(kind.absents), slots);
}

/** Up to this many small exchanges, different ones. */
export function smallTalk(random: Random, { between }: RecallSource, count: number): Turn[] {
  return random.sample(between, count).flatMap((one) => [user(one.question), assistant(one.answer)]);
}

function reply(random: Random, source: RecallSource, { kind, slots }: Fact): string {
  const phrase = random.chance(0.75) ? random.pick(kind.replies) : random.pick(source.frame.of('fallback-reply'));
  return upperFirst(fillPhrase(phrase, slots));
}

function overlap(one: string, other: string): boolean {
  return one.includes(other) || other.includes(one);
}
