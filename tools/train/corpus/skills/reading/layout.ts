/** How passages and a question are put together into the first messages of a chat. */
import { type Conversation, system, user } from '../../example.ts';
import type { Random } from '../../random.ts';
import type { Source } from './exchange.ts';

/** The ways to give sources. `alone`: one text without a number. */
export type Layout = 'sources' | 'titled' | 'use' | 'question-first' | 'system' | 'alone';

const USE_LINES = [
  'Use the sources to answer.',
  'Answer with these sources and give the number.',
  'Answer only from the sources below.',
  'Here are some notes. Use them to answer.',
  'Read the sources, then answer.',
];
const SYSTEM_LINES = [
  'Answer from these sources and give the number of the source.',
  'You answer questions about the sources below.',
  'Use only these sources. If they do not have the answer, say so.',
  'These are the documents. Name the source by its number.',
];
const TITLES = ['Notes', 'A short text', 'notes.txt', 'page 2', 'From a letter', 'info.txt', 'From the news'];

/** The messages up to the first question. */
export function layOut(random: Random, layout: Layout, sources: readonly Source[], question: string): Conversation {
  const list = sources.map((source) => sourceLine(random, source, layout === 'titled')).join('\n');
  switch (layout) {
    case 'sources':
    case 'titled':
      return [user(`Sources:\n${list}\n\nQuestion: ${question}`)];
    case 'use':
      return [user(`${random.pick(USE_LINES)}\n\n${list}\n\n${random.pick(['Question: ', ''])}${question}`)];
    case 'question-first':
      return [user(`${random.pick(['Question: ', ''])}${question}\n\nSources:\n${list}`)];
    case 'system':
      return [system(`${random.pick(SYSTEM_LINES)}\n\nSources:\n${list}`), user(question)];
    case 'alone':
      return [user(aloneText(random, list, question))];
  }
}

function aloneText(random: Random, text: string, question: string): string {
  return random.pick([
    `Text: ${text}\n\nQuestion: ${question}`,
    `Read this text:\n${text}\n\n${question}`,
    `${text}\n\n${question}`,
    `${question}\n\n${text}`,
    `Here is a text. "${text}" ${question}`,
  ]);
}

function sourceLine(random: Random, { number, passage }: Source, titled: boolean): string {
  if (number === null) return passage.text;
  return titled ? `[${number}] ${random.pick(TITLES)}: ${passage.text}` : `[${number}] ${passage.text}`;
}
