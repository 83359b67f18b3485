/** A skill that is knowledge: questions on topics, alone, with follow-ups, or several after one another. */
import { assistant, type Conversation, type Skill, type Turn, user } from './example.ts';
import { asTyped } from './phrasing.ts';
import type { Random } from './random.ts';
import type { FollowUp, Topic } from './topics.ts';

const THANKS = ['Thanks!', 'Thank you.', 'Thanks, that helps.', 'Great, thanks.', 'Good to know.', 'OK, thanks.'];
const WELCOMES = [
  "You're welcome!",
  'Happy to help.',
  'Gladly. Ask me anything else.',
  "You're welcome. Anything else?",
];

/** Makes a skill of topics: one to six turns a conversation. */
export function topicSkill(name: string, topics: readonly Topic[]): Skill {
  return {
    name,
    generate(random): Conversation {
      const count = random.weighted([
        [1, 6],
        [2, 3],
        [3, 1],
      ] as const);
      const turns = random.sample(topics, count).flatMap((topic) => topicTurns(random, topic));
      if (random.chance(0.06)) turns.push(user(random.pick(THANKS)), assistant(random.pick(WELCOMES)));
      return turns;
    },
  };
}

function topicTurns(random: Random, topic: Topic): Turn[] {
  const asked = topic.followUps.filter(() => random.chance(0.4)).slice(0, 2);
  return [topic, ...asked].flatMap((one) => questionAndAnswer(random, one));
}

function questionAndAnswer(random: Random, { questions, answers }: FollowUp): Turn[] {
  return [user(asTyped(random, random.pick(questions))), assistant(random.pick(answers))];
}
