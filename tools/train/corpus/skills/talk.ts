/**
 * Small talk: greetings, everyday life, feelings, advice on small things, jokes, riddles and fun facts.
 *
 * Who Ember is and what it cannot do is another skill's; in danger this one points to people and never to itself.
 */
import type { Conversation, Skill } from '../example.ts';
import { readTopics } from '../read-text.ts';
import { topicSkill } from '../topic-skill.ts';
import { facts, jokes, riddle } from './talk/fun.ts';

const topics = topicSkill('talk', readTopics('talk'));

/** Small talk. */
export const talk: Skill = {
  name: 'talk',
  generate(random): Conversation {
    const make = random.weighted([
      [topics.generate.bind(topics), 14],
      [jokes, 3],
      [riddle, 2],
      [facts, 2],
    ] as const);
    return make(random);
  },
};
