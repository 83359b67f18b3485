/** The evaluation of JSON: sentences and ways to ask that the corpus does not have, with held-out names. */
import { user } from '../corpus/example.ts';
import { Random } from '../corpus/random.ts';
import { readLines } from '../corpus/read-text.ts';
import { ARRAY_TOPICS, arrayPrompt } from '../corpus/skills/json/arrays.ts';
import { convertPrompt } from '../corpus/skills/json/convert.ts';
import { drawKeys, extraction } from '../corpus/skills/json/extract.ts';
import { KINDS } from '../corpus/skills/json/kinds.ts';
import type { EvaluationCase } from './case.ts';

const FOLDER = '../../evaluation/text';
const EXTRACT_SEED = 81_001;
const ARRAY_SEED = 82_001;
const CONVERT_SEED = 83_001;

const INSTRUCTIONS = readLines(`${FOLDER}/json-instructions.txt`);
const ARRAY_INSTRUCTIONS = readLines(`${FOLDER}/json-array-instructions.txt`);

/** All cases of the row `json`, always the same. */
export function jsonCases(): EvaluationCase[] {
  return [
    ...lines('json-sentences').map(extractCase),
    ...lines('json-arrays').map(arrayCase),
    ...[1, 2].flatMap((round) => lines('json-convert').map((line, index) => convertCase(line, index + 1000 * round))),
  ];
}

function extractCase([id, frame]: readonly [string, string], index: number): EvaluationCase {
  const random = new Random(EXTRACT_SEED + index);
  const kind = KINDS.find((one) => one.id === id) ?? unknown(id);
  const { prompt, value } = extraction(random, 'held-out', frame, random.pick(INSTRUCTIONS), drawKeys(random, kind));
  return jsonCase(prompt, value);
}

function arrayCase([id, frame]: readonly [string, string], index: number): EvaluationCase {
  const random = new Random(ARRAY_SEED + index);
  const topic = ARRAY_TOPICS.find((one) => one.id === id) ?? unknown(id);
  const { prompt, value } = arrayPrompt(random, 'held-out', topic, frame, random.pick(ARRAY_INSTRUCTIONS));
  return jsonCase(prompt, value);
}

function convertCase([id, frame]: readonly [string, string], index: number): EvaluationCase {
  const { prompt, answer } = convertPrompt(new Random(CONVERT_SEED + index), 'held-out', id, frame);
  return jsonCase(prompt, JSON.parse(answer));
}

function jsonCase(prompt: string, value: unknown): EvaluationCase {
  return { skill: 'json', messages: [user(prompt)], expect: { kind: 'json', value } };
}

/** The lines "id: frame" of a file. */
function lines(name: string): (readonly [id: string, frame: string])[] {
  return readLines(`${FOLDER}/${name}.txt`).map((line) => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)] as const;
  });
}

function unknown(id: string): never {
  throw new Error(`the corpus has no kind of sentence "${id}"`);
}
