/** Jokes, riddles and fun facts: asked for, guessed at, and asked for again. */
import { assistant, type Conversation, type Turn, user } from '../../example.ts';
import { asTyped } from '../../phrasing.ts';
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { fillPhrase, readSections } from '../../sections.ts';

/** A joke or fact with the subjects that it belongs to. */
export interface Snippet {
  readonly subjects: readonly string[];
  readonly text: string;
}

/** A riddle; `rightGuesses` are the words by which a guess is known to be right. */
export interface Riddle {
  readonly text: string;
  readonly answer: string;
  readonly rightGuesses: readonly string[];
  readonly hint: string;
}

export const JOKES = readSnippets('talk/more/jokes.txt');
export const FACTS = readSnippets('talk/more/fun-facts.txt');
export const RIDDLES: readonly Riddle[] = readLines('talk/more/riddles.txt').map((line) => {
  const [text, answer, guesses, hint] = line.split(' | ');
  return { text: text!, answer: answer!, rightGuesses: guesses!.split(', '), hint: hint! };
});

const asks = readSections('talk/more/asks.txt');
/** Subjects on which there is no joke. */
const UNKNOWN_SUBJECTS = [
  'boats',
  'hats',
  'gold',
  'rivers',
  'soap',
  'kings',
  'chess',
  'trains',
  'paper',
  'shoes',
  'stones',
  'pens',
];

/** A joke asked for, on any subject or a given one; then perhaps laughter, or one more. */
export function jokes(random: Random): Conversation {
  if (random.chance(0.08)) return jokeOnUnknown(random);
  const [first, second] = random.sample(JOKES, 2) as [Snippet, Snippet];
  const turns = [...asked(random, 'joke', first)];
  if (random.chance(0.25)) turns.push(user(random.pick(asks.of('another-joke'))), assistant(second.text));
  if (random.chance(0.2)) turns.push(...answered(random, random.chance(0.7) ? 'laugh' : 'not-funny'));
  return turns;
}

/** A fun fact asked for, then perhaps surprise or one more. */
export function facts(random: Random): Conversation {
  const [first, second] = random.sample(FACTS, 2) as [Snippet, Snippet];
  const turns = [...asked(random, 'fact', first)];
  if (random.chance(0.25)) turns.push(user(random.pick(asks.of('another-fact'))), assistant(second.text));
  else if (random.chance(0.2)) turns.push(...answered(random, 'wow'));
  return turns;
}

/** A riddle with a hint, wrong guesses, and the answer guessed or given up. */
export function riddle(random: Random): Conversation {
  const { text, answer, rightGuesses, hint } = random.pick(RIDDLES);
  const turns: Turn[] = [user(asTyped(random, random.pick(asks.of('riddle')))), assistant(text)];
  if (random.chance(0.3)) turns.push(user(random.pick(asks.of('hint'))), assistant(hint));
  if (random.chance(0.4)) {
    const wrong = random.pick(
      RIDDLES.filter((other) => !rightGuesses.some((guess) => other.answer.endsWith(guess))),
    ).answer;
    turns.push(guessed(random, wrong), assistant(fillPhrase(random.pick(asks.of('wrong-answer')), { guess: wrong })));
  }
  if (random.chance(0.5)) {
    turns.push(guessed(random, answer), assistant(fillPhrase(random.pick(asks.of('right-answer')), { answer })));
  } else {
    turns.push(
      user(random.pick(asks.of('give-up'))),
      assistant(fillPhrase(random.pick(asks.of('solution')), { answer })),
    );
  }
  return turns;
}

function jokeOnUnknown(random: Random): Conversation {
  const subject = random.pick(UNKNOWN_SUBJECTS);
  const joke = random.pick(JOKES).text;
  return [
    user(asTyped(random, fillPhrase(random.pick(asks.of('joke-about')), { subject }))),
    assistant(fillPhrase(random.pick(asks.of('joke-unknown-answer')), { subject, joke })),
  ];
}

function asked(random: Random, what: 'joke' | 'fact', { subjects, text }: Snippet): Turn[] {
  const phrase = random.chance(0.5)
    ? random.pick(asks.of(what))
    : fillPhrase(random.pick(asks.of(`${what}-about`)), { subject: random.pick(subjects) });
  return [user(asTyped(random, phrase)), assistant(text)];
}

function answered(random: Random, section: string): Turn[] {
  return [user(random.pick(asks.of(section))), assistant(random.pick(asks.of(`${section}-answer`)))];
}

/** The person's guess: what the riddle calls "your" is "my" to them. */
function guessed(random: Random, answer: string): Turn {
  return user(fillPhrase(random.pick(asks.of('guess')), { guess: answer.replace(/^your /u, 'my ') }));
}

function readSnippets(path: string): readonly Snippet[] {
  return readLines(path).map((line) => {
    const [subjects, text] = line.split(' | ');
    return { subjects: subjects!.split(', '), text: text! };
  });
}
