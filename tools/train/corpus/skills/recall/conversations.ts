/** Conversations that end with a question for something said earlier, or never said; each knows what the answer must hold. */
import { assistant, type Conversation, type Turn, user } from '../../example.ts';
import type { Random } from '../../random.ts';
import { fillPhrase } from '../../sections.ts';
import * as facts from './facts.ts';
import type { Kind } from './kinds.ts';

/** A conversation that ends with the good answer; the values that it gives, and those that it must not give. */
export interface Recalled {
  readonly turns: Conversation;
  readonly given: readonly facts.Fact[];
  readonly other: readonly facts.Fact[];
}

type Make = (random: Random, source: facts.RecallSource, kind: Kind) => Recalled;

/** One fact is said, then asked for; at times in one breath. */
export const one: Make = (random, source, kind) => {
  const fact = facts.drawFact(random, source, kind);
  const asked = facts.question(random, fact);
  if (random.chance(0.1)) {
    const said = facts.statement(random, source, fact).replace(/[.!]?$/u, '.');
    return { turns: [user(`${said} ${asked}`), assistant(facts.answer(random, fact))], given: [fact], other: [] };
  }
  const before = random.chance(0.2) ? facts.smallTalk(random, source, 1) : [];
  const turns = [...before, ...facts.told(random, source, fact), ...gap(random, source, before)];
  return { turns: [...turns, user(asked), assistant(facts.answer(random, fact))], given: [fact], other: [] };
};

/** A fact is said, then corrected, then asked for. */
export const correction: Make = (random, source, kind) => {
  const before = facts.drawFact(random, source, kind);
  const now = facts.changedFact(random, source, before);
  const turns = [
    ...facts.told(random, source, before),
    ...facts.smallTalk(random, source, random.integer(0, 1)),
    ...facts.corrected(random, source, before, now),
  ];
  turns.push(...gap(random, source, turns), user(facts.question(random, now)), assistant(facts.answer(random, now)));
  return { turns, given: [now], other: [before] };
};

/** Two or three facts are said, in one message or in several; one of them is asked for. */
export const several: Make = (random, source, kind) => {
  const [asked, ...rest] = otherKinds(random, source, kind, random.integer(1, 2), facts.drawFact(random, source, kind));
  const order = random.shuffled([asked!, ...rest]);
  const turns = random.chance(0.4)
    ? together(random, source, order)
    : order.flatMap((fact) => facts.told(random, source, fact));
  turns.push(
    ...gap(random, source, turns),
    user(facts.question(random, asked!)),
    assistant(facts.answer(random, asked!)),
  );
  return { turns, given: [asked!], other: rest };
};

/** Two or three facts are said, and all of them asked for. */
export const all: Make = (random, source, kind) => {
  const said = otherKinds(random, source, kind, random.integer(1, 2), facts.drawFact(random, source, kind));
  const turns = said.flatMap((fact) => facts.told(random, source, fact));
  const answer = said.map((fact) => facts.answer(random, fact)).join(' ');
  turns.push(user(random.pick(source.frame.of('ask-all'))), assistant(answer));
  return { turns, given: said, other: [] };
};

/** Something is asked for that was never said; something else may have been, even another pet's name. */
export const never: Make = (random, source, kind) => {
  const asked = facts.drawFact(random, source, kind);
  const said = otherKinds(random, source, kind, random.integer(0, 2), asked).slice(1);
  const sibling = facts.drawFact(random, source, kind);
  if (isOther(asked, sibling) && random.chance(0.4)) said.push(sibling);
  const turns = said.flatMap((fact) => facts.told(random, source, fact));
  turns.push(...facts.smallTalk(random, source, random.integer(0, 1)));
  return {
    turns: [...turns, user(facts.question(random, asked)), assistant(facts.absent(random, asked))],
    given: [],
    other: said,
  };
};

/** Words of this conversation are asked for: the first or last message, or the assistant's own. */
export function echo(random: Random, source: facts.RecallSource): Conversation {
  if (random.chance(0.15)) return exchange(random, source, 'nothing', '');
  const plain = { ...source, between: source.between.filter(({ answer }) => !answer.includes('"')) };
  const turns = facts.smallTalk(random, plain, random.integer(1, 3));
  const which = random.pick(['first', 'last', 'own'] as const);
  const quoted = { first: turns[0], last: turns.at(-2), own: turns.at(-1) }[which]!;
  return [...turns, ...exchange(random, source, which, quoted.content)];
}

function exchange(random: Random, { frame }: facts.RecallSource, which: string, quote: string): Turn[] {
  const answer = fillPhrase(random.pick(frame.of(`answer-${which}`)), { quote });
  return [user(random.pick(frame.of(`ask-${which}`))), assistant(answer)];
}

/** No to three small exchanges that were not there before. */
function gap(random: Random, source: facts.RecallSource, before: readonly Turn[]): Turn[] {
  const used = new Set(before.map(({ content }) => content));
  const between = source.between.filter(({ question }) => !used.has(question));
  return facts.smallTalk(random, { ...source, between }, random.integer(0, 3));
}

/** The fact, and this many of other kinds. */
function otherKinds(
  random: Random,
  source: facts.RecallSource,
  kind: Kind,
  count: number,
  fact: facts.Fact,
): facts.Fact[] {
  const kinds = random.sample(
    source.kinds.filter(({ id }) => id !== kind.id),
    count,
  );
  return [fact, ...kinds.map((other) => facts.drawFact(random, source, other))];
}

/** Several facts in one message; a greeting comes first. */
function together(random: Random, source: facts.RecallSource, said: readonly facts.Fact[]): Turn[] {
  const sentences = said.map((fact) => facts.statement(random, source, fact).replace(/[.!]?$/u, '.'));
  const greeting = (sentence: string): number => (/^H(?:i|ello)\b/u.test(sentence) ? 0 : 1);
  const message = sentences.toSorted((a, b) => greeting(a) - greeting(b)).join(' ');
  return [user(message), assistant(random.pick(source.frame.of('fallback-reply')))];
}

/** The same kind, yet of another pet or relative. */
function isOther({ kind, slots }: facts.Fact, other: facts.Fact): boolean {
  const slot = (['pet', 'relative'] as const).find((name) =>
    kind.asked.every((phrase) => phrase.includes(`{${name}}`)),
  );
  return slot !== undefined && slots[slot] !== other.slots[slot];
}
