/** JSON from lines, pairs or rows, and JSON that is changed: keys added, removed, set, kept. */
import { assistant, type Conversation, type Split, user } from '../../example.ts';
import type { Random } from '../../random.ts';
import { readText } from '../../read-text.ts';
import { pythonJson } from '../../tools-prompt.ts';
import { parseTopics, type Topic } from '../../topics.ts';
import { fillSlots, joinWords } from '../fill-slots.ts';
import { toLines } from './extract.ts';
import { KINDS, makeRecord } from './kinds.ts';
import { type Json, typeOf } from './values.ts';

type Values = Record<string, Json>;

/** The ways to convert; the id names one. */
const CONVERT_TOPICS: readonly Topic[] = parseTopics(readText('json/convert-instructions.txt'), 'convert-instructions');

/** Kinds whose values are short: no lists, and none that only true and false tell. */
const FLAT_KINDS = KINDS.filter(
  ({ keys }) => keys.length > 2 && keys.every(({ slot }) => typeOf(slot) === 'string' || typeOf(slot) === 'number'),
);

/** A conversation with one conversion. */
export function convertConversation(random: Random): Conversation {
  const topic = random.pick(CONVERT_TOPICS);
  const { prompt, answer } = convertPrompt(random, 'train', topic.id, random.pick(topic.questions));
  return [user(prompt), assistant(answer)];
}

/** A prompt for a conversion, and its answer. */
export function convertPrompt(
  random: Random,
  split: Split,
  id: string,
  frame: string,
): { prompt: string; answer: string } {
  const kind = random.pick(FLAT_KINDS);
  const full = makeRecord(random, split, kind.keys);
  const [key, value] = random.pick(Object.entries(full));
  const rest = Object.fromEntries(Object.entries(full).filter(([name]) => name !== key));
  const other = makeRecord(random, split, kind.keys)[key]!;
  const picked = pickKeys(random, full);
  const rows = Array.from({ length: random.integer(2, 3) }, () => makeRecord(random, split, kind.keys));
  const changing: Readonly<Record<string, readonly [json: Values, value: Json, answer: Json | string]>> = {
    add: [rest, value, { ...rest, [key]: value }],
    remove: [full, value, rest],
    change: [full, other, { ...full, [key]: other }],
    keys: [full, value, Object.keys(full)],
    pick: [full, value, picked],
    rows: [full, value, rows],
    'json-to-lines': [full, value, toLines(full)],
  };
  const [json, said, answer] = changing[id] ?? [full, value, full];
  const keys = id === 'pick' ? Object.keys(picked) : Object.keys(full);
  const slots: Readonly<Record<string, string>> = {
    json: pythonJson(json),
    key,
    value: String(said),
    keys: joinWords(keys),
    lines: toLines(full),
    pairs: joinWords(Object.entries(full).map(([name, one]) => `${name} ${String(one)}`)),
    rows: rows.map((row) => Object.values(row).map(String).join(', ')).join('\n'),
  };
  const prompt = fillSlots(frame.replaceAll('\\n', '\n'), (slot) => slots[slot]);
  return { prompt, answer: typeof answer === 'string' ? answer : pythonJson(answer) };
}

function pickKeys(random: Random, full: Values): Values {
  const names = Object.keys(full);
  const kept = random.sample(names, random.integer(1, names.length - 1));
  return Object.fromEntries(names.filter((name) => kept.includes(name)).map((name) => [name, full[name]!]));
}
