/**
 * Teaches tool calls: a system message tells of one to four tools; the person asks, the assistant calls one, gets a result
 * or an error, and says it in a sentence. Some messages need no tool, and some a tool that is not there: those are answered
 * in words. Arguments always follow from the question alone.
 */
import { assistant, type Conversation, type Skill, type Split, system, tool, type Turn, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readLines, readText } from '../read-text.ts';
import { renderCall, renderTools } from '../tools-prompt.ts';
import { parseTopics } from '../topics.ts';
import { drawQuestion, type ToolQuestion } from './tools/questions.ts';
import { drawTool, type GivenTool, MAIN_TOOLS, OTHER_TOOLS } from './tools/tool-list.ts';

const SYSTEM_MESSAGES = readLines('tools/system-messages.txt');
const TALK = parseTopics(readText('tools/talk.txt'), 'talk.txt');
/** What is said when a tool is missing: its id and the answer. */
export const MISSING_TOOLS: readonly (readonly [id: string, answer: string])[] = readLines('tools/missing.txt').map(
  (line) => line.split(': ') as [string, string],
);
const TOOLS_MAX = 4;

/** The skill of calling tools. */
export const tools: Skill = { name: 'tools', generate: (random) => toolConversation(random, 'train') };

function toolConversation(random: Random, split: Split): Conversation {
  const count = random.weighted([
    [1, 3],
    [2, 3],
    [3, 2],
    [4, 2],
  ]);
  const wanted = Array.from({ length: count }, () => drawId(random));
  const given = drawTools(random, wanted);
  const turns = wanted.flatMap((id) => {
    const kind = random.weighted([
      ['call', 79],
      ['talk', 12],
      ['missing', 9],
    ]);
    if (kind === 'talk') return talk(random);
    if (kind === 'missing') return missing(random, split, given);
    return callTurns(
      given.find((one) => one.id === id)!,
      drawQuestion(random, split, id),
    );
  });
  return [system(toolsMessage(random, given)), ...turns];
}

/**
 * Another skill's conversation with tools that it does not need, so that having tools does not mean using them. One that has
 * a system message stays as it is. Not for arithmetic, units, dates or documents: there, the tools are to be used.
 */
export function withIdleTools(random: Random, conversation: Conversation): Conversation {
  if (conversation[0]?.role === 'system') return conversation;
  return [system(toolsMessage(random, drawTools(random, []))), ...conversation];
}

/** The system message that tells of these tools, at times below another one. */
export function toolsMessage(random: Random, given: readonly GivenTool[]): string {
  const message = random.chance(0.3) ? random.pick(SYSTEM_MESSAGES) : '';
  return renderTools(
    given.map((one) => one.tool),
    message,
  );
}

/** The tools of a conversation, in random order: the wanted ones, and others up to a random number of at most four. */
export function drawTools(random: Random, wanted: readonly string[]): GivenTool[] {
  const needed = [...new Set(wanted)];
  const count = Math.max(needed.length, random.integer(1, TOOLS_MAX));
  const rest = random.shuffled([...MAIN_TOOLS, ...MAIN_TOOLS, ...OTHER_TOOLS]).filter((id) => !needed.includes(id));
  const ids = [...needed, ...new Set(rest)].slice(0, count);
  return random.shuffled(ids).map((id) => drawTool(random, id));
}

/** The message that calls a tool as the question asks, by the names that its parameters have here. */
function callOf({ tool: { name }, parameterNames }: GivenTool, { callArguments }: ToolQuestion): string {
  return renderCall(name, renamed(callArguments, parameterNames));
}

/** The arguments under the names that the tool's parameters have. */
export function renamed(
  callArguments: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(callArguments).map(([name, value]) => [names[name]!, value]));
}

/** A tool's id, as often as it is asked for in training. */
function drawId(random: Random): string {
  return random.weighted([
    ['calculator', 26],
    ['clock', 11],
    ['convert_units', 20],
    ['search_documents', 20],
    [random.pick(OTHER_TOOLS), 23],
  ]);
}

function callTurns(given: GivenTool, question: ToolQuestion): Turn[] {
  return [user(question.asked), assistant(callOf(given, question)), tool(question.result), assistant(question.answer)];
}

function talk(random: Random): Turn[] {
  const { questions, answers } = random.pick(TALK);
  return [user(asTyped(random, random.pick(questions))), assistant(random.pick(answers))];
}

function missing(random: Random, split: Split, given: readonly GivenTool[]): Turn[] {
  const [id, answer] = random.pick(MISSING_TOOLS.filter(([missingId]) => given.every((one) => one.id !== missingId)));
  return [user(drawQuestion(random, split, id).asked), assistant(answer)];
}
