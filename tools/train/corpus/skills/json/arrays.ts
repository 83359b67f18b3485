/** JSON arrays of what a sentence lists. */
import { assistant, type Conversation, type Split, user } from '../../example.ts';
import { asTyped } from '../../phrasing.ts';
import type { Random } from '../../random.ts';
import { readLines, readText } from '../../read-text.ts';
import { pythonJson } from '../../tools-prompt.ts';
import { parseTopics, type Topic } from '../../topics.ts';
import { fillSlots } from '../fill-slots.ts';
import { drawValue, type Json } from './values.ts';

const INSTRUCTIONS = readLines('json/array-instructions.txt');

/** What sentences list: the id is the slot of the list, the answers say what its items are called. */
export const ARRAY_TOPICS: readonly Topic[] = parseTopics(readText('json/array-sentences.txt'), 'array-sentences');

/** A conversation with one array. */
export function arrayConversation(random: Random): Conversation {
  const topic = random.pick(ARRAY_TOPICS);
  const { prompt, value } = arrayPrompt(
    random,
    'train',
    topic,
    random.pick(topic.questions),
    asTyped(random, random.pick(INSTRUCTIONS)),
  );
  return [user(prompt), assistant(pythonJson(value))];
}

/** A prompt for an array, and the array. */
export function arrayPrompt(
  random: Random,
  split: Split,
  topic: Topic,
  frame: string,
  instruction: string,
): { prompt: string; value: Json } {
  const list = drawValue(random, split, topic.id);
  const items = list.json as readonly Json[];
  const texts: Readonly<Record<string, string>> = {
    list: list.text,
    lista: list.text.replaceAll(/(, | and )/gu, '$1a '),
  };
  const sentence = fillSlots(frame, (slot) => texts[slot] ?? drawValue(random, split, slot).text);
  const slots: Readonly<Record<string, string>> = { text: sentence, things: random.pick(topic.answers) };
  return { prompt: fillSlots(instruction, (slot) => slots[slot]), value: items };
}
