/** How people really type: politeness, lower case, no question mark, a slip of the finger. */
import type { Random } from './random.ts';

const OPENERS = [
  'Hi! ',
  'Hello, ',
  'Hi, ',
  'Hey, ',
  'Please, ',
  'Quick question: ',
  'One question: ',
  'Ember, ',
  'I wonder: ',
];
const CLOSERS = [' Thanks!', ' Please.', ' Thank you.', ' I would like to know.', ' Just curious.', ' Be brief.'];

/** The same message as another person would type it; the words that matter stay. */
export function asTyped(random: Random, message: string): string {
  let typed = message;
  if (random.chance(0.1)) typed = random.pick(OPENERS) + lowerFirst(typed);
  if (random.chance(0.07)) typed += random.pick(CLOSERS);
  if (random.chance(0.15)) typed = typed.toLowerCase();
  if (random.chance(0.15)) typed = typed.replace(/[?.!]$/u, '');
  if (random.chance(0.05)) typed = withSlip(random, typed);
  return typed;
}

function lowerFirst(text: string): string {
  // "I", "I'm" and names in capitals keep theirs.
  return /^(?:I\b|[A-Z]{2})/u.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** Two neighbouring letters inside a long word change places. */
function withSlip(random: Random, text: string): string {
  const words = text.split(' ');
  const long = [...words.keys()].filter((index) => /^[a-z]{6,}$/u.test(words[index]!));
  if (long.length === 0) return text;
  const index = random.pick(long);
  const word = words[index]!;
  const at = random.integer(1, word.length - 3);
  words[index] = word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2);
  return words.join(' ');
}
