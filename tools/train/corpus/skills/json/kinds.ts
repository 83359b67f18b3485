/** Reads the kinds of sentences of the JSON skill (text/json/kinds-*.txt), and makes sentences with what they say. */
import type { Split } from '../../example.ts';
import type { Random } from '../../random.ts';
import { readText } from '../../read-text.ts';
import { parseTopics } from '../../topics.ts';
import { fillSlots, slotsOf } from '../fill-slots.ts';
import { drawValue, type Json, type SlotValue } from './values.ts';

/** A key that may be asked for: its names, the usual one first, and the slot with its value. */
export interface Key {
  readonly names: readonly string[];
  readonly slot: string;
}

/** A kind of sentence. A frame ends with [key=value] where it says something without a slot. */
export interface Kind {
  readonly id: string;
  readonly keys: readonly Key[];
  readonly frames: readonly string[];
}

/** A sentence, and the value of each slot and key that it speaks of. */
export interface Sentence {
  readonly text: string;
  readonly valueOf: (key: Key) => Json;
}

const FILES = ['kinds-people', 'kinds-trade', 'kinds-events'];

/** All kinds of sentences. */
export const KINDS: readonly Kind[] = FILES.flatMap((file) =>
  parseTopics(readText(`json/${file}.txt`), file).map(({ id, questions, answers }) => ({
    id,
    keys: answers.map(parseKey),
    frames: questions,
  })),
);

/** A sentence of a kind by one of its frames; what the sentence does not say is null. */
export function makeSentence(random: Random, split: Split, frame: string): Sentence {
  const [, body, said] = /^(.*?)(?: \[(\w+=\w+)\])?$/su.exec(frame) as unknown as [string, string, string | undefined];
  const values = new Map<string, SlotValue>();
  for (const slot of slotsOf(body)) values.set(slot, drawDifferent(random, split, slot, values));
  const [saidKey, saidValue] = said?.split('=') ?? [];
  return {
    text: fillSlots(body, (slot) => values.get(slot)?.text),
    valueOf: ({ names, slot }) => (names[0] === saidKey ? saidValue === 'true' : (values.get(slot)?.json ?? null)),
  };
}

/** Values for all of a kind's keys, of no sentence. */
export function makeRecord(random: Random, split: Split, keys: readonly Key[]): Record<string, Json> {
  const values = new Map<string, SlotValue>();
  const entries = keys.map(({ names, slot }) => {
    if (slot === 'yes') return [names[0]!, random.chance(0.5)] as const;
    const value = drawDifferent(random, split, slot, values);
    values.set(slot, value);
    return [names[0]!, value.json] as const;
  });
  return Object.fromEntries(entries);
}

/** Two people of a sentence are not the same one. */
function drawDifferent(random: Random, split: Split, slot: string, others: ReadonlyMap<string, SlotValue>): SlotValue {
  for (;;) {
    const value = drawValue(random, split, slot);
    if (typeof value.json !== 'string' || [...others.values()].every(({ json }) => json !== value.json)) return value;
  }
}

function parseKey(line: string): Key {
  const [names, slot] = line.split(': ') as [string, string | undefined];
  if (slot === undefined) throw new Error(`expected "key|other name: slot": ${line}`);
  return { names: names.split('|'), slot };
}
