import { describe, expect, it } from 'vitest';
import { jsonCases } from '../../evaluation/json.ts';
import { Random } from '../random.ts';
import { readLines, readText } from '../read-text.ts';
import { pythonJson } from '../tools-prompt.ts';
import { extraction } from './json/extract.ts';
import { KINDS } from './json/kinds.ts';
import type { Json } from './json/values.ts';
import { json } from './json.ts';

const CONVERSATIONS = Array.from({ length: 2000 }, (_, seed) => json.generate(new Random(seed)));
const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** All strings and numbers in a value. */
function leaves(value: Json): (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((one: Json) => leaves(one)) : [];
}

describe('the JSON skill', () => {
  it('makes well formed conversations', () => {
    for (const turns of CONVERSATIONS) {
      expect(turns.map(({ role }) => role[0]).join('')).toMatch(/^(?:ua)+$/u);
      const text = turns.map(({ content }) => content).join('\n');
      expect(text.length).toBeLessThan(3000);
      expect(text).not.toMatch(/undefined|NaN|\{[a-z]\w*\}|\u0000|\\n/u);
      expect(turns.every(({ content }) => content.trim() !== '')).toBe(true);
    }
  });

  it('makes the same of the same seed', () => {
    expect(json.generate(new Random(7))).toEqual(json.generate(new Random(7)));
  });

  it('answers with bare JSON of what stands in the prompt', () => {
    let checked = 0;
    for (const turns of CONVERSATIONS) {
      for (const [at, { role, content }] of turns.entries()) {
        const prompt = turns[at - 1]?.content.toLowerCase() ?? '';
        // Answers without a source to check: examples, explanations, lines.
        if (role !== 'assistant' || !/^[[{]/u.test(content) || prompt.length < 60) continue;
        const value = JSON.parse(content) as Json;
        expect(pythonJson(value)).toBe(content);
        for (const leaf of leaves(value)) {
          const written = [String(leaf).toLowerCase(), ...(typeof leaf === 'number' ? [NUMBERS[leaf]] : [])];
          expect(
            written.some((one) => one !== undefined && prompt.includes(one)),
            `${String(leaf)} in ${prompt}`,
          ).toBe(true);
        }
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(1200);
  });

  it('knows enough kinds of sentences, and says null where one says nothing', () => {
    expect(KINDS.length).toBeGreaterThanOrEqual(45);
    for (const { frames, keys } of KINDS) {
      expect(frames.length).toBeGreaterThanOrEqual(3);
      const names = keys.flatMap((key) => key.names);
      expect(new Set(names).size).toBe(names.length);
    }
    const keys = KINDS.find(({ id }) => id === 'family')!.keys.map((key) => ({ name: key.names[0]!, key }));
    const frame = '{name} is single. [married=false]';
    const { prompt, value } = extraction(new Random(3), 'train', frame, 'JSON with {keys}: {text}', keys);
    const name = /: (\w+) is single\.$/u.exec(prompt)![1];
    expect(value).toEqual({ name, children: null, married: false });
  });
});

describe('the evaluation of JSON', () => {
  const folder = '../../evaluation/text';

  it('asks what was never trained on', () => {
    const cases = jsonCases();
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(cases).toEqual(jsonCases());
    const said = new Set(CONVERSATIONS.flatMap((turns) => turns.map(({ content }) => content)));
    for (const { messages } of cases) expect(said.has(messages[0]!.content)).toBe(false);
  });

  it('asks in words that the corpus does not have', () => {
    const files = ['json-sentences', 'json-instructions', 'json-arrays', 'json-array-instructions', 'json-convert'];
    const frames = files.flatMap((file) =>
      readLines(`${folder}/${file}.txt`).map((line) => line.replace(/^[a-z.-]+: /u, '')),
    );
    const kinds = ['people', 'trade', 'events'].map((name) => `kinds-${name}`);
    const corpus = [...kinds, 'instructions', 'array-instructions', 'array-sentences', 'convert-instructions']
      .flatMap((name) => readText(`json/${name}.txt`).split('\n'))
      .map((line) => line.replace(/^\? /u, ''));
    expect(frames.filter((frame) => corpus.includes(frame))).toEqual([]);
  });
});
