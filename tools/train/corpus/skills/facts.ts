/**
 * Everyday facts: capitals, animals, planets, the calendar, units, words, the world. Made from hand-written tables and
 * hand-written ways to ask, with follow-ups, bare answers and yes/no questions, and from hand-written topics. It never
 * asks for a fact that the tables leave open or of which they know two answers.
 */
import { fill, fillInside, upperFirst } from '../facts/fill.ts';
import { readRelations, type Relation } from '../facts/relation.ts';
import type { Row } from '../facts/table.ts';
import { assistant, type Conversation, type Skill, system, type Turn, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readParts, readTopics } from '../read-text.ts';
import { topicSkill } from '../topic-skill.ts';

interface Fact {
  readonly relation: Relation;
  readonly row: Row;
}

const RELATIONS = readRelations();
// A relation with many facts needs more examples, yet not as many more: people ask for the days of the week often.
const WEIGHTED = RELATIONS.map((relation) => [relation, relation.weight * Math.sqrt(relation.rows.length)] as const);
const TOPICS = topicSkill('facts', readTopics('facts/topics'));
const [ONE_WORD, BARE, SYSTEM_ONE_WORD, SYSTEM_BARE, YES_OR_NO] = readParts('facts/instructions.txt').map((part) =>
  part.split('\n').filter((line) => !line.startsWith('# ')),
) as [string[], string[], string[], string[], string[]];

/** Questions on everyday facts, with answers that are worded the same way each time. */
export const facts: Skill = {
  name: 'facts',
  generate(random): Conversation {
    const make = random.weighted([
      [single, 38],
      [chain, 24],
      [yesNo, 10],
      [bare, 6],
      [bareBySystem, 4],
      [(stream: Random) => TOPICS.generate(stream), 18],
    ] as const);
    return make(random);
  },
};

function single(random: Random): Turn[] {
  return asked(random, drawFact(random));
}

/** Up to four questions: about the same thing, the same about another thing, or something new. */
function chain(random: Random): Turn[] {
  let fact = drawFact(random);
  const turns = asked(random, fact);
  for (let more = random.integer(1, 3); more > 0; more--) {
    const about = random.chance(0.5) ? relationsAbout(fact) : [];
    if (about.length > 0) {
      fact = { relation: random.pick(about), row: fact.row };
      turns.push(...asked(random, fact, fact.relation.pronoun));
    } else if (fact.relation.next.length > 0 && random.chance(0.75)) {
      fact = {
        relation: fact.relation,
        row: drawRow(
          random,
          fact.relation.rows.filter((row) => row !== fact.row),
        ),
      };
      turns.push(...asked(random, fact, fact.relation.next));
    } else {
      fact = drawFact(random);
      turns.push(...asked(random, fact));
    }
  }
  return turns;
}

function yesNo(random: Random): Turn[] {
  const { relation, row } = drawFact(random, ({ yesNo }) => yesNo.length > 0);
  const isTrue = random.chance(0.5);
  const question = fill(random.pick(relation.yesNo), isTrue ? row : withWrongAnswer(random, relation, row));
  if (random.chance(0.15)) {
    const request = random.pick(YES_OR_NO).replace('{q}', question);
    return [user(asTyped(random, request)), assistant(isTrue ? 'Yes' : 'No')];
  }
  const answer = fillInside(relation.answer, row);
  return [user(asTyped(random, question)), assistant(`${isTrue ? 'Yes' : 'No'}, ${answer}`)];
}

function bare(random: Random): Turn[] {
  const { relation, row } = drawFact(random, ({ brief }) => brief);
  const answer = bareAnswer({ relation, row });
  const request = random.pick(isOneWord(answer) && random.chance(0.7) ? ONE_WORD : BARE);
  const question = fill(random.pick(relation.questions), row, random);
  return [user(asTyped(random, request.replace('{q}', question))), assistant(answer)];
}

/** A system message asks for bare answers; all questions get them, the follow-ups too. */
function bareBySystem(random: Random): Turn[] {
  const oneWord = random.chance(0.7);
  const turns: Turn[] = [system(random.pick(oneWord ? SYSTEM_ONE_WORD : SYSTEM_BARE))];
  for (let more = random.integer(1, 3); more > 0; more--) {
    const fact = drawUntil(random, (drawn) => !oneWord || isOneWord(bareAnswer(drawn)));
    const question = fill(random.pick(fact.relation.questions), fact.row, random);
    turns.push(user(asTyped(random, question)), assistant(bareAnswer(fact)));
  }
  return turns;
}

function drawUntil(random: Random, fits: (fact: Fact) => boolean): Fact {
  let fact = drawFact(random, ({ brief }) => brief);
  while (!fits(fact)) fact = drawFact(random, ({ brief }) => brief);
  return fact;
}

function drawFact(random: Random, fits: (relation: Relation) => boolean = () => true): Fact {
  const relation = random.weighted(WEIGHTED.filter(([one]) => fits(one)));
  return { relation, row: drawRow(random, relation.rows) };
}

/** A table's first rows are the best known and come somewhat more often. */
function drawRow(random: Random, rows: readonly Row[]): Row {
  const last = rows.length - 1;
  return rows[random.integer(0, random.chance(0.3) ? random.integer(0, last) : last)]!;
}

function asked(random: Random, { relation, row }: Fact, ways: readonly string[] = relation.questions): Turn[] {
  return [user(asTyped(random, fill(random.pick(ways), row, random))), assistant(fill(relation.answer, row))];
}

/** What else can be asked of the same thing with "it"; nothing if the answer names another thing of the kind. */
function relationsAbout({ relation, row }: Fact): Relation[] {
  const [from] = relation.from;
  const names = relation.to.map((column) => row.get(column)![0]);
  if (relation.rows.some((other) => names.includes(other.get(from!)![0]))) return [];
  const sameThing = (other: Relation): boolean =>
    other.table === relation.table && other.from.join() === relation.from.join();
  return RELATIONS.filter(
    (other) => other !== relation && sameThing(other) && other.pronoun.length > 0 && other.rows.includes(row),
  );
}

function withWrongAnswer(random: Random, { to, rows }: Relation, row: Row): Row {
  const differs = (other: Row): boolean => to.every((column) => other.get(column)![0] !== row.get(column)![0]);
  const wrong = random.pick(rows.filter(differs));
  return new Map([...row, ...to.map((column) => [column, wrong.get(column)!] as const)]);
}

function bareAnswer({ relation, row }: Fact): string {
  return upperFirst(relation.to.map((column) => row.get(column)![0]!).join(' '));
}

function isOneWord(text: string): boolean {
  return !text.includes(' ');
}
