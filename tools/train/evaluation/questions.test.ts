/** Files of questions: what every line means, what is refused, and the cases made of them. */
import { describe, expect, it } from 'vitest';
import { parseQuestions, questionCases } from './questions.ts';

const TEXT = `# A remark.
## capital.france
? Paris is the seat of government of which country?
? Name the country of Paris.
! France
! Europe / the continent

## made.up
? Who?
! nobody
`;
const BLOCKS = [
  {
    id: 'capital.france',
    questions: ['Paris is the seat of government of which country?', 'Name the country of Paris.'],
    all: [['France'], ['Europe', 'the continent']],
  },
  { id: 'made.up', questions: ['Who?'], all: [['nobody']] },
];

describe('a file of questions', () => {
  it('is read with all its demands', () => {
    expect(parseQuestions(TEXT, 'q.txt')).toEqual(BLOCKS);
    expect(parseQuestions('# Only a remark.\n', 'q.txt')).toEqual([]);
  });

  it.each([
    ['? Who?', 'q.txt:1: expected "## id", then "? " and "! " lines: "? Who?"'],
    ['\n! me', 'q.txt:2: expected "## id", then "? " and "! " lines: "! me"'],
    ['## a\n= Me.', 'q.txt:2: expected "## id", then "? " and "! " lines: "= Me."'],
    ['## a\n?Who', 'q.txt:2: expected "## id", then "? " and "! " lines: "?Who"'],
    ['## a', 'q.txt: a needs at least one "? " line and one "! " line'],
    ['## a\n? Who?', 'q.txt: a needs at least one "? " line and one "! " line'],
    ['## a\n! me\n## b\n? Who?\n! you', 'q.txt: a needs at least one "? " line and one "! " line'],
  ])('is refused if malformed: %j', (text, message) => {
    expect(() => parseQuestions(text, 'q.txt')).toThrow(new Error(message));
  });
});

it('every question becomes one case with the demands of its topic', () => {
  const franceOrEurope = { kind: 'contains', all: [['France'], ['Europe', 'the continent']] };
  expect(questionCases('facts', BLOCKS)).toEqual([
    {
      skill: 'facts',
      messages: [{ role: 'user', content: 'Paris is the seat of government of which country?' }],
      expect: franceOrEurope,
    },
    { skill: 'facts', messages: [{ role: 'user', content: 'Name the country of Paris.' }], expect: franceOrEurope },
    {
      skill: 'facts',
      messages: [{ role: 'user', content: 'Who?' }],
      expect: { kind: 'contains', all: [['nobody']] },
    },
  ]);
});
