/**
 * Copying: a text said again, an entry of a list looked up, the next of a row, the sentence that holds a word. Everything is
 * invented, so that nothing can be known by heart: what is learnt is to find a place in the conversation and to give back
 * what stands there, letter by letter. Reading, recall, extraction and tool calls all rest on that.
 */
import { assistant, type Conversation, type Skill, type Turn, user } from '../example.ts';
import * as names from '../names.ts';
import type { Random } from '../random.ts';
import { fillPhrase, readSections } from '../sections.ts';
import { TRAINING_KINDS } from './reading.ts';
import { makePassage, type Passage } from './reading/passage.ts';
import { drawValue } from './reading/values.ts';

const ASKS = readSections('copying/asks.txt');
const ABSENT_SHARE = 0.08;

/** What lists and rows are made of; each draws a word or number of the training's own. */
const ITEMS: readonly ((random: Random) => string)[] = [
  (random) => names.inventPlace(random, 'train'),
  (random) => names.inventPerson(random, 'train'),
  (random) => names.firstName(random, 'train'),
  (random) => names.inventSurname(random, 'train'),
  (random) => names.inventCountry(random, 'train'),
  (random) => names.inventCompany(random, 'train'),
  (random) => names.inventProduct(random, 'train'),
  (random) => names.inventAnimal(random, 'train'),
  (random) => names.inventWord(random, 'train'),
  (random) => drawValue(random, 'code', 'train'),
  (random) => drawValue(random, 'phone', 'train'),
  (random) => drawValue(random, 'number 2-9999', 'train'),
  (random) => drawValue(random, 'money 2-900', 'train'),
  (random) => drawValue(random, 'time 6-22', 'train'),
  (random) => drawValue(random, 'date', 'train'),
];

/** Ways to write a list of pairs; each gives the whole list. */
const LAYOUTS: readonly ((pairs: readonly Pair[]) => string)[] = [
  (pairs) => pairs.map(([key, value]) => `${key}: ${value}`).join('\n'),
  (pairs) => pairs.map(([key, value]) => `- ${key}: ${value}`).join('\n'),
  (pairs) => pairs.map(([key, value]) => `${key} - ${value}`).join('\n'),
  (pairs) => pairs.map(([key, value]) => `${key} = ${value}`).join('\n'),
  (pairs) => pairs.map(([key, value]) => `${key}: ${value}`).join('; '),
  (pairs) => pairs.map(([key, value]) => `${key} has ${value}.`).join(' '),
  (pairs) => pairs.map(([key, value]) => `| ${key} | ${value} |`).join('\n'),
  (pairs) => JSON.stringify(Object.fromEntries(pairs)),
];

type Pair = readonly [key: string, value: string];

/** Finding and giving back what stands in the conversation. */
export const copying: Skill = {
  name: 'copying',
  generate(random): Conversation {
    const make = random.weighted([
      [repeat, 22],
      [list, 44],
      [row, 14],
      [quote, 20],
    ]);
    return make(random);
  },
};

function repeat(random: Random): Conversation {
  return Array.from({ length: random.integer(1, 4) }, () => {
    const text = random.chance(0.5)
      ? random.pick(sentencesOf(passage(random)))
      : Array.from({ length: random.integer(1, 5) }, () => random.pick(ITEMS)(random)).join(random.pick([' ', ', ']));
    return [user(ask(random, 'repeat', { text })), assistant(text)];
  }).flat();
}

function list(random: Random): Conversation {
  const [drawKey, drawEntry] = [random.pick(ITEMS), random.pick(ITEMS)];
  const size = random.integer(2, 8);
  const keys = different(() => drawKey(random), size + 1);
  const absent = keys.pop()!;
  const values = different(() => drawEntry(random), size, keys);
  const pairs = keys.map((key, index): Pair => [key, values[index]!]);
  const asked = Array.from({ length: random.integer(2, 6) }, (): [string, string] => {
    if (random.chance(ABSENT_SHARE))
      return [ask(random, 'value', { key: absent }), ask(random, 'no-key', { key: absent })];
    const [key, value] = random.pick(pairs);
    const question = random.chance(0.3) ? ask(random, 'key', { value }) : ask(random, 'value', { key });
    return [question, `${key}: ${value}`];
  });
  const text = `${random.pick(ASKS.of('list'))}\n${random.pick(LAYOUTS)(pairs)}`;
  return afterText(text, '\n', asked);
}

function row(random: Random): Conversation {
  const draw = random.pick(ITEMS);
  const items = different(() => draw(random), random.integer(3, 9));
  const asked = Array.from({ length: random.integer(2, 5) }, (): [string, string] => {
    const index = random.integer(0, items.length - 2);
    const [item, next] = [items[index]!, items[index + 1]!];
    return random.chance(0.7)
      ? [ask(random, 'after', { item }), `After ${item} comes ${next}.`]
      : [ask(random, 'before', { item: next }), `Before ${next} comes ${item}.`];
  });
  return afterText(ask(random, 'row', { text: items.join(random.pick([', ', ' - ', '; '])) }), ' ', asked);
}

function quote(random: Random): Conversation {
  const passages = Array.from({ length: random.integer(1, 3) }, () => passage(random));
  const sentences = passages.flatMap((one, index) => sentencesOf(one).map((text) => ({ text, number: index + 1 })));
  const values = passages
    .flatMap(({ told }) => [...told.values()])
    .filter((value) => sentences.filter(({ text }) => text.includes(value)).length === 1);
  if (values.length === 0) return quote(random);
  const asked = Array.from({ length: random.integer(1, 4) }, (): [string, string] => {
    const value = random.pick(values);
    const { text, number } = sentences.find((one) => one.text.includes(value))!;
    return [ask(random, 'quote', { value }), `"${text}" [${number}]`];
  });
  return afterText(passages.map(({ text }, index) => `[${index + 1}] ${text}`).join('\n'), '\n\n', asked);
}

/** The text with the first question below it, then the other questions, each with its answer. */
function afterText(
  text: string,
  between: string,
  asked: readonly (readonly [question: string, answer: string])[],
): Turn[] {
  return asked.flatMap(([question, answer], index) => [
    user(index === 0 ? `${text}${between}${question}` : question),
    assistant(answer),
  ]);
}

function ask(random: Random, section: string, slots: Readonly<Record<string, string>>): string {
  return fillPhrase(random.pick(ASKS.of(section)), slots);
}

function passage(random: Random): Passage {
  return makePassage(random, random.pick(TRAINING_KINDS), 'train');
}

function sentencesOf({ text }: Passage): string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z0-9])/u);
}

/** Different texts, none of them part of another or of those to be avoided. */
function different(draw: () => string, count: number, avoided: readonly string[] = []): string[] {
  const drawn: string[] = [];
  while (drawn.length < count) {
    const next = draw();
    if ([...drawn, ...avoided].every((other) => !other.includes(next) && !next.includes(other))) drawn.push(next);
  }
  return drawn;
}
