/**
 * Cases for answers from given passages. Names and large numbers are of the held-out split; the questions' words, and some kinds
 * of passages altogether, are not in the corpus. The passage asked about stands among others, mostly of its kind.
 */
import { readFileSync } from 'node:fs';
import { Random } from '../corpus/random.ts';
import {
  askFact,
  askUnknown,
  compare,
  type Exchange,
  nameOfNone,
  type Source,
  yesOrNo,
} from '../corpus/skills/reading/exchange.ts';
import { type Fact, parseKinds, type PassageKind } from '../corpus/skills/reading/kinds.ts';
import { type Layout, layOut } from '../corpus/skills/reading/layout.ts';
import { makePassage, type Passage } from '../corpus/skills/reading/passage.ts';
import { TRAINING_KINDS } from '../corpus/skills/reading.ts';
import type { EvaluatedSkill, EvaluationCase, Expectation } from './case.ts';

const FOLDER = 'tools/train/evaluation/text/reading';
const LAYOUTS: readonly Layout[] = ['sources', 'sources', 'sources', 'use', 'question-first', 'system', 'titled'];
const DOES_NOT_SAY = ['does not say', "doesn't say", "I don't know"];
const YES_NO_CASES = 12;
const COMPARISON_CASES = 8;
const NOT_IN_TEXT_CASES = 80;

/** A held-out question, with `{N}` for the name, on a fact of a kind. */
export interface HeldOutQuestion {
  readonly kind: PassageKind;
  readonly fact: Fact;
  readonly question: string;
}

/** The kinds of passages that training never has. */
export const HELD_OUT_KINDS: readonly PassageKind[] = parseKinds(
  readFileSync(`${FOLDER}/kinds.txt`, 'utf8'),
  'kinds.txt',
);

/** All held-out questions: new words for the corpus' kinds, and those on the new kinds. */
export function heldOutQuestions(): HeldOutQuestion[] {
  const lines = readFileSync(`${FOLDER}/questions.txt`, 'utf8').split('\n');
  const onKnownKinds = lines.filter((line) => line !== '' && !line.startsWith('# ')).map(readQuestion);
  return [...onKnownKinds, ...onNewKinds()];
}

/** Row "reading": the fact as the passage has it, with the number of its source and no other number. */
export function readingCases(): EvaluationCase[] {
  const random = new Random(31_001);
  const facts = heldOutQuestions().map(({ kind, fact, question }) => {
    const sources = drawSources(random, kind, fact.id);
    const source = aboutFact(random, sources, kind, fact);
    return toCase(random, sources, askFact(source, fact, source.passage.name, question));
  });
  const yesOrNoCases = random.sample(onNewKinds(), YES_NO_CASES).map(({ kind, fact }) => {
    const sources = drawSources(random, kind, fact.id);
    const source = aboutFact(random, sources, kind, fact);
    return toCase(random, sources, yesOrNo(random, source, fact, source.passage.name, 'held-out'));
  });
  return [...facts, ...yesOrNoCases, ...comparisonCases(random)];
}

/** Row "unknown": the passage leaves the fact out, or no passage is about the thing. */
export function notInTextCases(): EvaluationCase[] {
  const random = new Random(31_002);
  return random.sample(heldOutQuestions(), NOT_IN_TEXT_CASES).map(({ kind, fact, question }, index) => {
    const sources = drawSources(random, kind, index % 2 === 0 ? null : fact.id, fact.id);
    const target = sources.find(({ passage }) => passage.kind === kind && !passage.told.has(fact.id));
    const name = index % 2 === 0 && target ? target.passage.name : nameOfNone(random, kind, sources, 'held-out');
    return toCase(random, sources, askUnknown(fact, name, question));
  });
}

function onNewKinds(): HeldOutQuestion[] {
  return HELD_OUT_KINDS.flatMap((kind) =>
    kind.facts.flatMap((fact) => fact.questions.map((question) => ({ kind, fact, question }))),
  );
}

function comparisonCases(random: Random): EvaluationCase[] {
  const compared = HELD_OUT_KINDS.flatMap((kind) =>
    kind.facts.filter(({ comparison }) => comparison !== null).map((fact) => ({ kind, fact })),
  );
  const cases: EvaluationCase[] = [];
  while (cases.length < COMPARISON_CASES) {
    const { kind, fact } = random.pick(compared);
    const both = [1, 2].map((number) => ({ number, passage: makePassage(random, kind, 'held-out', fact.id) }));
    const exchange = compare(random, both);
    if (exchange && both[0]!.passage.name !== both[1]!.passage.name) cases.push(toCase(random, both, exchange));
  }
  return cases;
}

/** One to four sources. Of the kind: one that tells the fact `must` (if it is not null) or leaves out `mustNot`, and others. */
function drawSources(random: Random, kind: PassageKind, must: string | null, mustNot?: string): Source[] {
  const target = makePassage(random, kind, 'held-out', must ?? undefined, must === null ? mustNot : undefined);
  const passages: Passage[] = [target];
  const count = random.integer(1, 4);
  while (passages.length < count) {
    const otherKind = random.chance(0.65) ? kind : random.pick(TRAINING_KINDS);
    const other = makePassage(random, otherKind, 'held-out');
    if (passages.every(({ name }) => name !== other.name)) passages.push(other);
  }
  return random.shuffled(passages).map((passage, index) => ({ number: index + 1, passage }));
}

function aboutFact(random: Random, sources: readonly Source[], kind: PassageKind, fact: Fact): Source {
  return random.pick(sources.filter(({ passage }) => passage.kind === kind && passage.told.has(fact.id)));
}

function toCase(random: Random, sources: readonly Source[], exchange: Exchange): EvaluationCase {
  const skill: EvaluatedSkill = exchange.source ? 'reading' : 'unknown';
  return {
    skill,
    messages: layOut(random, random.pick(LAYOUTS), sources, exchange.question),
    expect: expectation(sources, exchange),
  };
}

function expectation(sources: readonly Source[], { holds, source }: Exchange): Expectation {
  if (!source) return { kind: 'contains', all: [DOES_NOT_SAY] };
  const others = sources.filter((other) => other !== source).map(({ number }) => `[${number}]`);
  return {
    kind: 'contains',
    all: [...holds.map((text) => [text]), [`[${source.number}]`]],
    not: ['does not say', ...others],
  };
}

function readQuestion(line: string): HeldOutQuestion {
  const [, kindId, factId, question] = /^([^.]+)\.(\w+): (.+)$/u.exec(line) ?? [];
  const kind = TRAINING_KINDS.find(({ id }) => id === kindId);
  const fact = kind?.facts.find(({ id }) => id === factId);
  if (!kind || !fact || !question?.includes('{N}')) throw new Error(`questions.txt: no such fact, or no {N}: ${line}`);
  return { kind, fact, question };
}
