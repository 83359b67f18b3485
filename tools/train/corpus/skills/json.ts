/**
 * Teaches JSON: facts of a sentence by keys or a schema, lists as arrays, JSON made of lines and changed JSON, and the same
 * facts as plain lines. JSON stands alone on one line, with ", " and ": " between; what a sentence does not say is null.
 */
import { assistant, type Conversation, type Skill, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readText } from '../read-text.ts';
import { parseTopics } from '../topics.ts';
import { arrayConversation } from './json/arrays.ts';
import { convertConversation } from './json/convert.ts';
import { extractConversation, linesConversation } from './json/extract.ts';

const PLAIN = parseTopics(readText('json/plain.txt'), 'plain.txt');

/** The skill of writing JSON and extracting facts. */
export const json: Skill = {
  name: 'json',
  generate(random): Conversation {
    const make = random.weighted([
      [extractConversation, 58],
      [linesConversation, 12],
      [arrayConversation, 14],
      [convertConversation, 13],
      [plainConversation, 3],
    ]);
    return make(random);
  },
};

function plainConversation(random: Random): Conversation {
  const { questions, answers } = random.pick(PLAIN);
  return [user(asTyped(random, random.pick(questions))), assistant(random.pick(answers))];
}
