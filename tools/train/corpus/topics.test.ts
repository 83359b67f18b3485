/** Files of topics: what every line means, and what is refused. */
import { describe, expect, it } from 'vitest';
import { parseTopics, type Topic } from './topics.ts';

const CAPITAL = `# Capitals.

## capital.france
? What is the capital of France?
? Which city is the capital of France?
= The capital of France is Paris.
= Paris.
> And of which river?
> On which river is it?
< The Seine.
< It lies on the Seine.
> And its tower?
< The Eiffel Tower.

## capital.peru
? What is the capital of Peru?
= Lima.
`;

describe('a file of topics', () => {
  it('is read with all its phrasings and follow-ups', () => {
    expect(parseTopics(CAPITAL, 'capitals.txt')).toEqual<Topic[]>([
      {
        id: 'capital.france',
        questions: ['What is the capital of France?', 'Which city is the capital of France?'],
        answers: ['The capital of France is Paris.', 'Paris.'],
        followUps: [
          {
            questions: ['And of which river?', 'On which river is it?'],
            answers: ['The Seine.', 'It lies on the Seine.'],
          },
          { questions: ['And its tower?'], answers: ['The Eiffel Tower.'] },
        ],
      },
      { id: 'capital.peru', questions: ['What is the capital of Peru?'], answers: ['Lima.'], followUps: [] },
    ]);
  });

  it('goes on with any line on a new one', () => {
    const text = '## a\n? Two\n| lines?\n= One:\n|   indented\n|\n| last\n> And\n| then?\n< So\n# a remark\n| it is.';
    expect(parseTopics(text, 'a.txt')).toEqual([
      {
        id: 'a',
        questions: ['Two\nlines?'],
        answers: ['One:\n  indented\n\nlast'],
        followUps: [{ questions: ['And\nthen?'], answers: ['So\nit is.'] }],
      },
    ]);
  });

  it('may be empty', () => {
    expect(parseTopics('', 'empty.txt')).toEqual([]);
    expect(parseTopics('# Only a remark.\n\n', 'empty.txt')).toEqual([]);
  });

  const UNKNOWN = 'expected a line that starts with "## ", "? ", "= ", "> ", "< ", "| " or "# "';
  it.each([
    ['? Why?', 'f.txt:1: expected "## id" before anything else: "? Why?"'],
    ['# Remark.\n\n| more', 'f.txt:3: expected "## id" before anything else: "| more"'],
    ['## a\n< Yes.', 'f.txt:2: expected a "> " line before this one: "< Yes."'],
    ['## a\n| more', 'f.txt:2: expected a line to go on with before this one: "| more"'],
    ['## a\n? q\n= a\n## b\n| more', 'f.txt:5: expected a line to go on with before this one: "| more"'],
    ['## a\n? q\nplain "text"', String.raw`f.txt:3: ${UNKNOWN}: "plain \"text\""`],
    ['## a\n?no space', `f.txt:2: ${UNKNOWN}: "?no space"`],
    ['## a\n#no space', `f.txt:2: ${UNKNOWN}: "#no space"`],
    ['## a\n  ? indented', `f.txt:2: ${UNKNOWN}: "  ? indented"`],
    ['## a', 'f.txt: topic a has a question without an answer, or the reverse'],
    ['## a\n? q', 'f.txt: topic a has a question without an answer, or the reverse'],
    ['## a\n= a', 'f.txt: topic a has a question without an answer, or the reverse'],
    ['## a\n? q\n= a\n> and?', 'f.txt: topic a has a question without an answer, or the reverse'],
    ['## a\n? q\n= a\n\n## a\n? r\n= b', 'f.txt: topic a stands there twice'],
  ])('is refused if malformed: %j', (text, message) => {
    expect(() => parseTopics(text, 'f.txt')).toThrow(new Error(message));
  });
});
