/**
 * What the evaluation asks of earlier turns: phrasings, small talk and values that are not in the corpus; the assistant's
 * earlier answers are as the corpus has them.
 */
import { readFileSync } from 'node:fs';
import { Random } from '../corpus/random.ts';
import { correction, never, one, type Recalled, several } from '../corpus/skills/recall/conversations.ts';
import type { Fact, RecallSource } from '../corpus/skills/recall/facts.ts';
import { parseKinds } from '../corpus/skills/recall/kinds.ts';
import { partsOf } from '../corpus/skills/recall/values.ts';
import { parseExchanges, RECALL_SOURCE } from '../corpus/skills/recall.ts';
import type { EvaluationCase } from './case.ts';

const TEXT_FOLDER = 'tools/train/evaluation/text';
const SEED = 20_260;
/** What each kind is asked for; one in seven was never said. */
const MAKERS = [one, one, one, several, several, correction, never];
/** Ways to say that it was never said. */
const UNKNOWN = ['not told me', "haven't told me", 'not said', 'not mentioned', 'do not know', "don't know"];

/** One case for each kind and each way that the question comes about. */
export function recallCases(): EvaluationCase[] {
  const source = heldOutSource();
  return source.kinds.flatMap((kind, index) =>
    MAKERS.map((make, way) => asCase(make(new Random(SEED + MAKERS.length * index + way), source, kind))),
  );
}

/** The kinds of the corpus, with the evaluation's own words on the person's side. */
export function heldOutSource(): RecallSource {
  const heldOut = parseKinds(readText('recall-kinds.txt'), 'recall-kinds.txt');
  const kinds = RECALL_SOURCE.kinds.map((kind) => {
    const own = heldOut.find(({ id }) => id === kind.id);
    if (!own) throw new Error(`recall-kinds.txt lacks ${kind.id}`);
    return { ...kind, said: own.said, corrected: own.corrected, asked: own.asked };
  });
  const between = parseExchanges(readText('recall-between.txt').split('\n'));
  return { ...RECALL_SOURCE, split: 'held-out', kinds, between };
}

function asCase({ turns, given, other }: Recalled): EvaluationCase {
  const good = turns.at(-1)!.content.toLowerCase();
  const all = given.length === 0 ? [UNKNOWN] : given.flatMap(valuesOf).map((value) => [value]);
  const not = other.flatMap(valuesOf).filter((value) => !good.includes(value.toLowerCase()));
  return { skill: 'recall', messages: turns.slice(0, -1), expect: { kind: 'contains', all, not } };
}

function valuesOf({ kind, slots }: Fact): string[] {
  return partsOf(kind.source, slots.value);
}

function readText(name: string): string {
  return readFileSync(`${TEXT_FOLDER}/${name}`, 'utf8');
}
