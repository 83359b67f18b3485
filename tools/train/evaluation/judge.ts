/** Says whether an answer is what was expected, by rule and without mercy. */
import { isDeepStrictEqual } from 'node:util';
import type { Expectation } from './case.ts';

/** An answer, and whether the model ended it by itself. */
export interface GivenAnswer {
  readonly text: string;
  readonly ended: boolean;
}

/** Whether the answer is right. */
export function isRight({ text, ended }: GivenAnswer, expect: Expectation): boolean {
  switch (expect.kind) {
    case 'contains':
      return (
        expect.all.every((group) => group.some((one) => holds(text, one))) &&
        !(expect.not ?? []).some((one) => holds(text, one))
      );
    case 'json':
      return isDeepStrictEqual(parseJson(unfenced(text)), expect.value);
    case 'tool-call':
      return isDeepStrictEqual(toolCall(text), { name: expect.name, arguments: expect.arguments });
    case 'list':
      return isList(text, expect.items, expect.ordered);
    case 'number':
      return lastNumber(text) === expect.value;
    case 'story':
      return ended && holds(text, expect.hero) && holds(text, expect.place) && isWhole(text) && !loops(text);
  }
}

/** As whole words, so that "7" is not found in "17"; case does not count. */
function holds(text: string, part: string): boolean {
  const escaped = part.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'iu').test(text);
}

const NOT_JSON = Symbol('not JSON');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function unfenced(text: string): string {
  return /^```(?:json)?\n(?<inside>[\s\S]*)\n```$/u.exec(text.trim())?.groups?.['inside'] ?? text;
}

function toolCall(text: string): unknown {
  const inside = /^<tool_call>(?<call>[\s\S]*)<\/tool_call>$/u.exec(text.trim())?.groups?.['call'];
  return inside === undefined ? NOT_JSON : parseJson(inside);
}

function isList(text: string, items: readonly string[], ordered: boolean): boolean {
  const separator = text.includes('\n') ? '\n' : ',';
  const given = text.split(separator).map((item) =>
    item
      .replace(/^\s*(?:[-*]|\d+[.)])\s+/u, '')
      .replace(/[.\s]+$/u, '')
      .trim()
      .toLowerCase(),
  );
  const expected = items.map((item) => item.toLowerCase());
  return ordered ? isDeepStrictEqual(given, expected) : isDeepStrictEqual(given.toSorted(), expected.toSorted());
}

function lastNumber(text: string): number | null {
  const numbers = text.replaceAll(/(?<=\d),(?=\d{3}\b)/gu, '').match(/-?\d+(?:\.\d+)?/gu);
  return numbers ? Number(numbers.at(-1)) : null;
}

const WHOLE_STORY_CHARACTERS = 150;

function isWhole(text: string): boolean {
  return text.trim().length >= WHOLE_STORY_CHARACTERS && /[.!?]["']?$/u.test(text.trim());
}

/** A sentence that stands there twice, or five words in a row that stand there three times. */
function loops(text: string): boolean {
  const sentences = text
    .toLowerCase()
    .split(/[.!?]+(?:\s+|["']?$)/u)
    .filter((sentence) => sentence.split(' ').length >= 4);
  if (new Set(sentences).size < sentences.length) return true;
  const words = text.toLowerCase().split(/\s+/u);
  const counts = new Map<string, number>();
  for (let i = 0; i + 5 <= words.length; i++) {
    const run = words.slice(i, i + 5).join(' ');
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) >= 3;
}
