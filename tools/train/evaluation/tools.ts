/**
 * The evaluation of tool calls: phrasings that the corpus does not have, with held-out names and numbers. Also messages that
 * need no tool, and questions whose tool is missing.
 */
import { type Conversation, system, user } from '../corpus/example.ts';
import { Random } from '../corpus/random.ts';
import { readLines, readText } from '../corpus/read-text.ts';
import { makeQuestion, topicsOf } from '../corpus/skills/tools/questions.ts';
import { drawTools, MISSING_TOOLS, renamed, toolsMessage } from '../corpus/skills/tools.ts';
import { CALL_START } from '../corpus/tools-prompt.ts';
import type { Topic } from '../corpus/topics.ts';
import type { EvaluationCase } from './case.ts';
import { parseQuestions } from './questions.ts';

const FOLDER = '../../evaluation/text';
const CALL_SEED = 71_001;
const MISSING_SEED = 72_001;
const TALK_SEED = 73_001;
const MISSING_WORDS = ['no tool', 'no clock'];
const NO_CALL = [CALL_START];
/** One in this many questions is asked a second time, where its tool is missing. */
const MISSING_EVERY = 6;

interface Line {
  readonly tool: string;
  readonly topic: Topic;
  readonly frame: string;
}

/** All cases of the row `tool-call`, always the same. */
export function toolCases(): EvaluationCase[] {
  const lines = readLines(`${FOLDER}/tool-calls.txt`).map(parseLine);
  // Ember may do sums without a calculator, so nothing is missing there.
  const missing = lines
    .filter(({ tool }) => MISSING_TOOLS.some(([id]) => id === tool))
    .filter((_, index) => index % MISSING_EVERY === 0);
  return [...lines.map(callCase), ...missing.map(missingCase), ...talkCases()];
}

function callCase({ tool, topic, frame }: Line, index: number): EvaluationCase {
  const random = new Random(CALL_SEED + index);
  const question = makeQuestion(random, 'held-out', topic, frame);
  const given = drawTools(random, [tool]);
  const called = given.find(({ id }) => id === tool)!;
  return {
    skill: 'tool-call',
    messages: [system(toolsMessage(random, given)), user(question.asked)],
    expect: {
      kind: 'tool-call',
      name: called.tool.name,
      arguments: renamed(question.callArguments, called.parameterNames),
    },
  };
}

function missingCase({ tool, topic, frame }: Line, index: number): EvaluationCase {
  const random = new Random(MISSING_SEED + index);
  const { asked } = makeQuestion(random, 'held-out', topic, frame);
  const given = drawTools(random, []).filter(({ id }) => id !== tool);
  const others = given.length > 0 ? given : drawTools(random, ['calculator']).filter(({ id }) => id !== tool);
  return noCallCase([system(toolsMessage(random, others)), user(asked)], [MISSING_WORDS]);
}

function talkCases(): EvaluationCase[] {
  const blocks = parseQuestions(readText(`${FOLDER}/tool-talk.txt`), 'tool-talk.txt');
  const asked = blocks.flatMap(({ questions, all }) => questions.map((question) => ({ question, all })));
  return asked.map(({ question, all }, index) => {
    const random = new Random(TALK_SEED + index);
    return noCallCase([system(toolsMessage(random, drawTools(random, []))), user(question)], all);
  });
}

function noCallCase(messages: Conversation, all: readonly (readonly string[])[]): EvaluationCase {
  return { skill: 'tool-call', messages, expect: { kind: 'contains', all, not: NO_CALL } };
}

function parseLine(line: string): Line {
  const [, tool, id, frame] = /^([a-z_]+)\/([a-z_.]+): (.+)$/u.exec(line) ?? [];
  const topic = tool === undefined ? undefined : topicsOf(tool).find((one) => one.id === id);
  if (!topic) throw new Error(`tool-calls.txt: expected "tool/topic: question" with a topic of the corpus: ${line}`);
  return { tool: tool!, topic, frame: frame! };
}
