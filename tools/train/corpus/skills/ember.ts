/**
 * Teaches Ember who it is: its topics, those on its identity more often, and that it is none of the many others for which
 * people may take it. It refuses nothing; what Ember cannot do is written in its topics.
 */
import { assistant, type Conversation, type Skill, type Split, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readLines, readTopics } from '../read-text.ts';
import { drawFrom } from '../split.ts';
import { topicSkill } from '../topic-skill.ts';

/** What people ask of a model before anything else. */
const CORE = new Set(
  ['who', 'name', 'maker', 'can', 'cannot', 'human', 'larger', 'not-others', 'size'].map((id) => `ember.${id}`),
);

const ANSWERS = {
  is: [
    'No. I am Ember, the small model that comes with Freehold. The Freehold project made me.',
    'No, I am Ember, the small model that comes with Freehold.',
  ],
  madeBy: [
    'No. The Freehold project made me: it trained me from random weights on its own text.',
    'No. I was made by the Freehold project. It trained me from random weights, on text that it wrote itself.',
  ],
} as const;

const NAMES = { is: readLines('ember/names/assistants.txt'), madeBy: readLines('ember/names/companies.txt') };
const QUESTIONS = { is: readLines('ember/names/is-it-you.txt'), madeBy: readLines('ember/names/made-by.txt') };

/** Whether Ember is someone else, or made by someone else. */
export type Mistake = keyof typeof ANSWERS;

/** A name for which Ember may be taken (or its maker). */
export function drawName(random: Random, split: Split, mistake: Mistake): string {
  return drawFrom(
    split,
    () => random.pick(NAMES[mistake]),
    (name) => name,
  );
}

function takenForAnother(random: Random): Conversation {
  const mistakes = random.sample<Mistake>(['is', 'madeBy'], random.chance(0.2) ? 2 : 1);
  return mistakes.flatMap((mistake) => {
    const question = random.pick(QUESTIONS[mistake]).replace('{name}', drawName(random, 'train', mistake));
    return [user(asTyped(random, question)), assistant(random.pick(ANSWERS[mistake]))];
  });
}

const topics = readTopics('ember');
const parts: readonly (readonly [generate: Skill['generate'], weight: number])[] = [
  [topicSkill('ember', topics).generate, 6],
  [
    topicSkill(
      'ember',
      topics.filter(({ id }) => CORE.has(id)),
    ).generate,
    3,
  ],
  [takenForAnother, 1],
];

/** Conversations on Ember itself: who made it, what it can do and what it cannot. */
export const ember: Skill = {
  name: 'ember',
  generate: (random) => random.weighted(parts)(random),
};
