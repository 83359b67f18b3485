/**
 * What Ember cannot know: invented names, things far outside its facts, the person's own life, the moment, the future.
 * Each such answer begins with "I don't know" and says what would help. Known facts stand between, so that one answer
 * does not pull the next one along. It never teaches an answer to what it calls unknown.
 */
import { assistant, type Conversation, type Skill, type Turn, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readTopics } from '../read-text.ts';
import type { FollowUp, Topic } from '../topics.ts';
import { slotValues, type SlotValue } from '../unknown/slots.ts';
import { strangeFact } from '../unknown/strange-facts.ts';
import { facts } from './facts.ts';
import { fillSlots } from './fill-slots.ts';
import { howTo } from './how-to.ts';
import { science } from './science.ts';

const TOPICS = readTopics('unknown');
const INVENTED_SLOT = /\{(?:animal|company|country|person|plant|product|surname|title|town|word)\}/u;
const isInvented = ({ questions }: Topic): boolean => questions.every((one) => INVENTED_SLOT.test(one));
const INVENTED = TOPICS.filter(isInvented);
const REAL = TOPICS.filter((topic) => !isInvented(topic));

/** Questions that are answered with an honest "I don't know". */
export const unknown: Skill = { name: 'unknown', generate };

function generate(random: Random): Conversation {
  const count = random.weighted([
    [1, 13],
    [2, 5],
    [3, 2],
  ] as const);
  const turns: Turn[] = [];
  for (let part = 0; part < count; part++) {
    // The first part is always an unknown one; it need not stay the first.
    const next = part > 0 && random.chance(0.55) ? knownTurns(random) : unknownTurns(random);
    if (random.chance(0.5)) turns.push(...next);
    else turns.unshift(...next);
  }
  return turns;
}

function unknownTurns(random: Random): Conversation {
  const source = random.weighted([
    ['invented', 38],
    ['strange fact', 27],
    ['real', 35],
  ] as const);
  if (source === 'strange fact') return strangeFact(random, TOPICS);
  return topicTurns(random, random.pick(source === 'invented' ? INVENTED : REAL));
}

function topicTurns(random: Random, topic: Topic): Turn[] {
  const valueOf = slotValues(random, 'train');
  const ask = ({ questions, answers }: FollowUp): Turn[] => [
    user(typed(random, random.pick(questions), valueOf)),
    assistant(fillSlots(random.pick(answers), valueOf)),
  ];
  const followUps = topic.followUps.filter(() => random.chance(0.12));
  return [topic, ...followUps].flatMap(ask);
}

/** Typed as people do, yet names keep their letters, so that the answer can name them. */
function typed(random: Random, question: string, valueOf: SlotValue): string {
  const template = asTyped(random, question);
  const filled = fillSlots(template, valueOf);
  return template === template.toLowerCase() ? filled.toLowerCase() : filled;
}

/** A question that Ember can answer, with its answer. */
function knownTurns(random: Random): Conversation {
  const [first, second] = random
    .weighted([
      [facts, 6],
      [science, 2],
      [howTo, 2],
    ] as const)
    .generate(random);
  return first?.role === 'user' && second ? [first, second] : knownTurns(random);
}
