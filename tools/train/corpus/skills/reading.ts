/**
 * Answers from given passages: the fact, copied exactly, with the number of its source, or "The text does not say ...". The
 * passages are made of hand-written sentences with invented names and numbers, so that nothing can be answered by heart.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assistant, type Conversation, type Skill, type Turn, user } from '../example.ts';
import type { Random } from '../random.ts';
import { readLines, readText, TEXT_FOLDER } from '../read-text.ts';
import {
  askFact,
  askTwo,
  askUnknown,
  compare,
  type Exchange,
  nameOfNone,
  type Source,
  whichOne,
  yesNoFromNowhere,
  yesOrNo,
} from './reading/exchange.ts';
import { type Fact, parseKinds, type PassageKind } from './reading/kinds.ts';
import { type Layout, layOut } from './reading/layout.ts';
import { factsOf, makePassage } from './reading/passage.ts';

const KIND_FILES = readdirSync(join(TEXT_FOLDER, 'reading')).filter((name) => /^\d/u.test(name));

/** The kinds of passages that training uses. */
export const TRAINING_KINDS: readonly PassageKind[] = KIND_FILES.toSorted().flatMap((name) =>
  parseKinds(readText(`reading/${name}`), name),
);

/** Ways to ask with `{q}` in the middle, such as "Tell me {q}." */
export const WRAPPERS: readonly string[] = readLines('reading/wrappers.txt');

/** Longer first messages are made again: passages must leave room in the context. */
const MAX_PROMPT_CHARACTERS = 1700;

/** Questions on one to four passages, up to nine in a chat: passages cost much to read, so that more is asked of each. */
export const reading: Skill = {
  name: 'reading',
  generate(random): Conversation {
    const { sources, layout } = drawSources(random);
    const turns: Turn[] = [];
    let last: Source | null = null;
    const count = random.weighted([
      [1, 2],
      [3, 3],
      [5, 5],
      [7, 6],
      [9, 4],
    ] as const);
    for (let index = 0; index < count; index++) {
      const exchange = drawExchange(random, sources, last);
      const question = random.chance(0.08) ? exchange.question.replace(/[?.]$/u, '') : exchange.question;
      turns.push(
        ...(index === 0 ? layOut(random, layout, sources, question) : [user(question)]),
        assistant(exchange.answer),
      );
      last = exchange.source;
    }
    return turns;
  },
};

function drawSources(random: Random): { sources: Source[]; layout: Layout } {
  for (;;) {
    const layout = random.weighted<Layout>([
      ['sources', 45],
      ['titled', 8],
      ['use', 12],
      ['question-first', 10],
      ['system', 11],
      ['alone', 14],
    ]);
    const count =
      layout === 'alone'
        ? 1
        : random.weighted([1, 2, 3, 4].map((size, index) => [size, [4, 7, 6, 3][index]!] as const));
    const kind = random.pick(TRAINING_KINDS);
    const sources: Source[] = [];
    for (let number = 1; number <= count; number++) {
      const passage = makePassage(random, random.chance(0.65) ? kind : random.pick(TRAINING_KINDS), 'train');
      if (sources.every((other) => other.passage.name !== passage.name))
        sources.push({ number: layout === 'alone' ? null : number, passage });
    }
    const characters = sources.reduce((sum, { passage }) => sum + passage.text.length, 0);
    if (sources.length === count && characters < MAX_PROMPT_CHARACTERS) return { sources, layout };
  }
}

function drawExchange(random: Random, sources: readonly Source[], last: Source | null): Exchange {
  const source = last && random.chance(0.5) ? last : random.pick(sources);
  const fact = random.pick(factsOf(source.passage));
  const name = referTo(random, sources, source);
  const what = random.weighted([
    ['fact', 64],
    ['unknown', 16],
    ['yes or no', 9],
    ['which', 5],
    ['compare', 5],
    ['two', 3],
  ] as const);
  if (what === 'unknown') return drawUnknown(random, sources, source);
  if (what === 'yes or no') return yesOrNo(random, source, fact, name, 'train');
  if (what === 'two' && source.passage.told.size > 1)
    return askTwo(random, source, random.chance(0.5) ? source : random.pick(otherThan(sources, source)));
  const special =
    what === 'which' && sources.length > 1
      ? whichOne(sources, source, fact)
      : what === 'compare'
        ? compare(random, sources)
        : null;
  if (special) return special;
  const template = questionFor(random, fact);
  const asIt = source === last && source.passage.kind.again === 'it' && allowsIt(template) && random.chance(0.6);
  return askFact(source, fact, name, template, asIt ? 'it' : name);
}

/** A fact that the passage leaves out, or a thing that no passage is about. */
function drawUnknown(random: Random, sources: readonly Source[], source: Source): Exchange {
  if (random.chance(0.6)) {
    const left = random.pick(factsOf(source.passage, false));
    return askUnknown(left, referTo(random, sources, source), unknownTemplate(random, left));
  }
  const kind = random.chance(0.7) ? source.passage.kind : random.pick(TRAINING_KINDS);
  const fact = random.pick(kind.facts);
  return askUnknown(fact, nameOfNone(random, kind, sources, 'train'), unknownTemplate(random, fact));
}

function unknownTemplate(random: Random, fact: Fact): string {
  return random.chance(0.12) ? yesNoFromNowhere(random, fact, 'train') : questionFor(random, fact);
}

function questionFor(random: Random, fact: Fact): string {
  return random.chance(0.22) ? random.pick(WRAPPERS).replace('{q}', fact.indirect) : random.pick(fact.questions);
}

/** The name, or "the bakery" where there is only one. */
function referTo(random: Random, sources: readonly Source[], { passage }: Source): string {
  const same = sources.filter((other) => other.passage.kind === passage.kind);
  return same.length === 1 && random.chance(0.4) ? passage.kind.call : passage.name;
}

/** Whether the question still sounds right with "it" for the name: at its end or before a verb, not after "of". */
function allowsIt(template: string): boolean {
  return !/^\{N\}|\b(?:of|the) \{N\}/u.test(template);
}

function otherThan(sources: readonly Source[], source: Source): Source[] {
  const others = sources.filter((other) => other !== source);
  return others.length > 0 ? others : [source];
}
