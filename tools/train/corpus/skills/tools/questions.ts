/**
 * Makes of the hand-written topics a question for one tool: what the person says, the call, the result and the answer.
 * In a topic's file, the text in [brackets] of a question is what a `{query}` in the arguments becomes.
 */
import type { Split } from '../../example.ts';
import { asTyped } from '../../phrasing.ts';
import type { Random } from '../../random.ts';
import { readText } from '../../read-text.ts';
import { parseTopics, type Topic } from '../../topics.ts';
import { fillSlots, slotsOf, upperFirst } from '../fill-slots.ts';
import { generalSlots } from './general-slots.ts';
import { drawNumbers } from './number-slots.ts';
import { MAIN_TOOLS } from './tool-list.ts';

const ERROR_SHARE = 0.1;
/** The first result of a follow-up that tells of an error, or that nothing was found. */
const FAILURE = /"error"|"results": \[\]/u;

/** A question for a tool, with all that follows from it. Arguments have the names that the hand-written text uses. */
export interface ToolQuestion {
  readonly asked: string;
  readonly callArguments: Readonly<Record<string, unknown>>;
  readonly result: string;
  readonly answer: string;
}

const topicsByTool = readAll();

/** The topics of a tool: its questions by kind, as ids such as "times" (of the calculator) or "roll_dice.one". */
export function topicsOf(tool: string): readonly Topic[] {
  const topics = topicsByTool.get(tool);
  if (!topics) throw new RangeError(`no questions for the tool ${tool}`);
  return topics;
}

/** A question for this tool. Topics are as likely as they have phrasings. */
export function drawQuestion(random: Random, split: Split, tool: string): ToolQuestion {
  const topic = random.weighted(topicsOf(tool).map((one) => [one, one.questions.length] as const));
  const frame = random.pick(topic.questions);
  // A text to be taken over as it is must not get a "thanks" after it.
  const typed = /[?.!]$/u.test(frame) ? asTyped(random, frame) : frame;
  return makeQuestion(random, split, topic, typed);
}

/** The question that a frame makes of its topic, with slots filled. */
export function makeQuestion(random: Random, split: Split, topic: Topic, frame: string): ToolQuestion {
  const template = topic.answers[0]!;
  const valueOf = slotValues(random, split, topic, frame, template);
  const query = /\[(.*)\]/u.exec(frame)?.[1] ?? '';
  const callArguments = JSON.parse(fillSlots(template.replace('{query}', query), valueOf)) as Record<string, unknown>;
  const { questions: results, answers } = drawFollowUp(random, topic);
  return {
    asked: fillSlots(frame.replace(/[[\]]/gu, ''), valueOf),
    callArguments,
    result: fillSlots(random.pick(results), valueOf),
    answer: upperFirst(fillSlots(random.pick(answers), valueOf)),
  };
}

function slotValues(
  random: Random,
  split: Split,
  topic: Topic,
  frame: string,
  template: string,
): (slot: string) => string | undefined {
  const { expression } = JSON.parse(template.replace(/: \{\w+\}/gu, ': 0')) as { expression?: string };
  if (expression !== undefined) {
    const numbers = drawNumbers(random, split, topic.id, expression, frame);
    return (slot) => numbers.get(slot);
  }
  const valueOf = generalSlots(random, split);
  // Slots that stand for more than themselves (a unit and the one it becomes) are drawn by the question's.
  for (const slot of slotsOf(frame)) valueOf(slot);
  return valueOf;
}

function drawFollowUp(random: Random, { followUps }: Topic): Topic['followUps'][number] {
  const failures = followUps.filter(({ questions }) => FAILURE.test(questions[0]!));
  const successes = followUps.filter((one) => !failures.includes(one));
  const fails = successes.length === 0 || (failures.length > 0 && random.chance(ERROR_SHARE));
  return random.pick(fails ? failures : successes);
}

function readAll(): Map<string, Topic[]> {
  const byTool = new Map<string, Topic[]>();
  for (const tool of MAIN_TOOLS) byTool.set(tool, read(tool));
  for (const topic of read('others')) {
    const tool = topic.id.split('.')[0]!;
    byTool.set(tool, [...(byTool.get(tool) ?? []), topic]);
  }
  return byTool;
}

function read(name: string): Topic[] {
  return parseTopics(readText(`tools/${name}.txt`), name);
}
