/** Extraction: facts of a sentence as JSON, by keys or by a small schema, or as "Name: ..." lines. */
import { assistant, type Conversation, type Split, user } from '../../example.ts';
import { asTyped } from '../../phrasing.ts';
import type { Random } from '../../random.ts';
import { readLines, readText } from '../../read-text.ts';
import { pythonJson } from '../../tools-prompt.ts';
import { fillSlots, joinWords, upperFirst } from '../fill-slots.ts';
import { type Key, type Kind, KINDS, makeSentence, type Sentence } from './kinds.ts';
import { type Json, typeOf } from './values.ts';

const INSTRUCTIONS = readLines('json/instructions.txt');
const AGAIN = readLines('json/again-instructions.txt');
/** Keys that no sentence has a word about. */
const NEVER_SAID = ['phone', 'email', 'zip', 'website', 'shoe_size', 'blood_type', 'license_plate', 'nickname'];

/** A key under the name that is asked for. */
interface AskedKey {
  readonly name: string;
  readonly key: Key | null;
}

/** A prompt and the object that is asked for. */
export interface Extraction {
  readonly prompt: string;
  readonly value: Record<string, Json>;
}

/** A conversation with one extraction, at times followed by another with the same keys. */
export function extractConversation(random: Random): Conversation {
  const kind = random.pick(KINDS);
  const keys = drawKeys(random, kind);
  const first = extraction(random, 'train', random.pick(kind.frames), asTyped(random, random.pick(INSTRUCTIONS)), keys);
  const turns = [user(first.prompt), assistant(pythonJson(first.value))];
  while (turns.length < 6 && random.chance(0.12)) {
    const next = makeSentence(random, 'train', random.pick(kind.frames));
    const prompt = fillSlots(random.pick(AGAIN), () => next.text);
    turns.push(user(prompt), assistant(pythonJson(valueOf(keys, next))));
  }
  return turns;
}

/** An extraction from a sentence of this frame, asked for by this instruction. */
export function extraction(
  random: Random,
  split: Split,
  frame: string,
  instruction: string,
  keys: readonly AskedKey[],
): Extraction {
  const sentence = makeSentence(random, split, frame);
  const withText = instruction.includes('{text}') ? instruction : `${instruction}\n\n{text}`;
  const counted = keys.length > 1 ? withText : withText.replace(/\b(keys|fields) /iu, (word) => word.replace('s', ''));
  const slots: Readonly<Record<string, string>> = {
    text: sentence.text,
    keys: namesList(random, keys),
    schema: schemaOf(random, keys),
  };
  return { prompt: fillSlots(counted, (slot) => slots[slot]), value: valueOf(keys, sentence) };
}

/** One to all of a kind's keys, mostly in its order and by their usual names; at times one more, of which nothing is said. */
export function drawKeys(random: Random, { keys }: Kind): AskedKey[] {
  const count = random.chance(0.5) ? keys.length : random.integer(1, keys.length);
  const chosen = random.sample(keys, count);
  const ordered = random.chance(0.7) ? keys.filter((key) => chosen.includes(key)) : chosen;
  const asked: AskedKey[] = ordered.map((key) => ({
    name: random.chance(0.6) ? key.names[0]! : random.pick(key.names),
    key,
  }));
  const taken = keys.flatMap(({ names }) => names);
  const free = NEVER_SAID.filter((name) => !taken.includes(name));
  if (random.chance(0.1)) asked.splice(random.integer(0, asked.length), 0, { name: random.pick(free), key: null });
  return asked;
}

/** The same as lines: "Name: Lena". What is not said is "not said". */
export function toLines(value: Readonly<Record<string, Json>>): string {
  return Object.entries(value)
    .map(([key, one]) => `${labelOf(key)}: ${lineText(one)}`)
    .join('\n');
}

/** A key as a label: "delivery_date" is "Delivery date". */
function labelOf(key: string): string {
  return upperFirst(key.replaceAll('_', ' '));
}

const LINE_INSTRUCTIONS = readText('json/line-instructions.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('# '))
  .reduce<string[]>((joined, line) => {
    // A form stands on lines of its own, below its instruction.
    const open = joined.at(-1)?.includes('{text}') === false;
    return open ? [...joined.slice(0, -1), `${joined.at(-1)!}\n${line}`] : [...joined, line];
  }, []);

/** A conversation in which facts are asked for as lines. */
export function linesConversation(random: Random): Conversation {
  const kind = random.pick(KINDS.filter(({ keys }) => keys.every(({ slot }) => slot !== 'goods')));
  const keys = drawKeys(random, kind);
  const sentence = makeSentence(random, 'train', random.pick(kind.frames));
  const labels = keys.map(({ name }) => labelOf(name));
  const slots: Readonly<Record<string, string>> = {
    text: sentence.text,
    labels: joinWords(labels),
    form: labels.map((label) => `${label}: ...`).join('\n'),
  };
  const prompt = fillSlots(random.pick(LINE_INSTRUCTIONS), (slot) => slots[slot]);
  return [user(prompt), assistant(toLines(valueOf(keys, sentence)))];
}

function lineText(value: Json): string {
  if (value === null) return 'not said';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function valueOf(keys: readonly AskedKey[], sentence: Sentence): Record<string, Json> {
  return Object.fromEntries(keys.map(({ name, key }) => [name, key ? sentence.valueOf(key) : null]));
}

function namesList(random: Random, keys: readonly AskedKey[]): string {
  const names = keys.map(({ name }) => name);
  return random.weighted([
    [joinWords(names), 6],
    [names.join(', '), 3],
    [names.map((name) => `"${name}"`).join(', '), 1],
  ]);
}

function schemaOf(random: Random, keys: readonly AskedKey[]): string {
  const types = keys.map(({ name, key }) => [name, key ? typeOf(key.slot) : 'string'] as const);
  if (random.chance(0.75)) return pythonJson(Object.fromEntries(types));
  const properties = Object.fromEntries(types.map(([name, type]) => [name, { type }]));
  return pythonJson({ type: 'object', properties });
}
