/**
 * Questions in the very words in which known facts are asked, but about names that do not exist: only the name tells them
 * apart. Also pairs of a known fact and the same question about an invented name.
 */
import { assistant, type Conversation, user } from '../example.ts';
import { columnsIn, fill } from '../facts/fill.ts';
import { readRelations, type Relation } from '../facts/relation.ts';
import type { Row } from '../facts/table.ts';
import { fillSlots } from '../skills/fill-slots.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import type { Topic } from '../topics.ts';
import { slotValues } from './slots.ts';

// By table and column: the slot whose invented name stands there, which is also the id of the topic that says how to answer.
const STRANGE: Readonly<Record<string, string>> = {
  'animals.name': 'animal',
  'countries.capital': 'town',
  'countries.name': 'country',
  'jobs.name': 'word',
  'makers.maker': 'person',
  'makers.thing': 'title',
  'opposites.word': 'word',
  'places.name': 'town',
  'planets.name': 'country',
};
const TOPIC_OF_TABLE: Readonly<Record<string, string>> = { planets: 'planet' };

interface Strange {
  readonly relation: Relation;
  readonly slot: string;
  readonly questions: readonly string[];
  readonly next: readonly string[];
}

const RELATIONS: readonly Strange[] = readRelations().flatMap((relation) => {
  const slot = STRANGE[`${relation.table}.${relation.from.join(',')}`];
  if (slot === undefined) return [];
  const known = new Set(inventedRow(relation, slot, 'x').keys());
  const fits = (question: string): boolean => columnsIn(question).every((column) => known.has(column));
  const questions = relation.questions.filter(fits);
  return questions.length > 0 ? [{ relation, slot, questions, next: relation.next.filter(fits) }] : [];
});
const WEIGHTED = RELATIONS.map((strange) => [strange, strange.relation.weight] as const);

/** One question in the words of a known fact, or a known fact and the same about an invented name, in either order. */
export function strangeFact(random: Random, topics: readonly Topic[]): Conversation {
  const { relation, slot, questions, next } = random.weighted(WEIGHTED);
  const valueOf = slotValues(random, 'train');
  const row = inventedRow(relation, slot, valueOf(slot));
  const id = TOPIC_OF_TABLE[relation.table] ?? slot;
  const answers = topics.find((topic) => topic.id === id)!.answers;
  const ask = (templates: readonly string[], about: Row): string =>
    asTyped(random, fill(random.pick(templates), about, random));
  const name = valueOf(slot).toLowerCase();
  const askUnknown = (templates: readonly string[]): string => {
    // A slip of the finger must not change the name that the answer repeats.
    let question = ask(templates, row);
    while (!question.toLowerCase().includes(name)) question = ask(templates, row);
    return question;
  };
  const unknown = (templates: readonly string[]): Conversation => [
    user(askUnknown(templates)),
    assistant(fillSlots(random.pick(answers), valueOf)),
  ];
  if (next.length === 0 || random.chance(0.5)) return unknown(questions);
  const real = random.pick(relation.rows);
  const known = (templates: readonly string[]): Conversation => [
    user(ask(templates, real)),
    assistant(fill(relation.answer, real)),
  ];
  return random.chance(0.6)
    ? [...known(questions), ...unknown(next)]
    : [...unknown(questions), ...known(relation.next)];
}

function inventedRow({ table, from }: Relation, slot: string, name: string): Row {
  const row = new Map([[from[0]!, [name]]]);
  if (table === 'animals') row.set('plural', [/(?:x|sh|ch)$/u.test(name) ? `${name}es` : `${name}s`]);
  if (slot === 'title') row.set('did', ['wrote']).set('done', ['written']);
  return row;
}
