/** Names of files as they may be shown. A name is the sender's choice: it may try to look like another. */
import { visibleLine } from '../lib/visible-text.ts';
import { m } from '../paraglide/messages.js';

const LONGEST = 200;

/** The name with what cannot be seen left out, in one line of at most 200 characters; where nothing is left, one that says so. */
export function cleanName(name: string): string {
  const clean = visibleLine(name.normalize('NFC'));
  return clean === '' ? m.composer_unnamed_file() : shortenName(clean, LONGEST);
}

/** A clean name in at most `length` characters as a person counts them, cut in its middle: both ends tell most. */
export function shortenName(name: string, length = 32): string {
  if (name.length <= length) return name;
  const characters = Array.from(new Intl.Segmenter('en').segment(name), ({ segment }) => segment);
  if (characters.length <= length) return name;
  const tail = Math.floor((length - 1) / 2);
  const head = length - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}
