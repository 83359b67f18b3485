/** Copying: every answer stands in the conversation, letter by letter, and the list or row says what the answer says. */
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { copying } from './copying.ts';

const CONVERSATIONS = Array.from({ length: 3000 }, (_, seed) => copying.generate(new Random(seed)));

describe('copying', () => {
  it('gives back what the conversation holds', () => {
    for (const turns of CONVERSATIONS) {
      const said = turns.filter(({ role }) => role === 'user').map(({ content }) => content);
      const given = said.join('\n');
      for (const { content } of turns.filter(({ role }) => role === 'assistant')) {
        const quoted = /^"(.+)" \[\d\]$/u.exec(content)?.[1];
        const neighbours = /^(?:After|Before) (.+) comes (.+)\.$/u.exec(content)?.slice(1);
        const absent = /^(.+) is not in the list\.$/u.exec(content)?.[1];
        const pair = content.split(': ');
        const parts = quoted
          ? [quoted]
          : (neighbours ?? (absent ? [absent] : given.includes(content) ? [content] : pair));
        expect(
          parts.filter((part) => !given.includes(part)),
          JSON.stringify(turns),
        ).toEqual([]);
      }
    }
  });

  it('has no entry in the list that it says is not there', () => {
    let absents = 0;
    for (const turns of CONVERSATIONS)
      for (const { content } of turns) {
        const absent = /^(.+) is not in the list\.$/u.exec(content)?.[1];
        if (absent === undefined) continue;
        absents += 1;
        const list = turns[0]!.content.split('\n').slice(0, -1).join('\n');
        expect(list).not.toContain(absent);
      }
    expect(absents).toBeGreaterThan(100);
  });

  it('says what follows in the row', () => {
    let rows = 0;
    for (const turns of CONVERSATIONS)
      for (const { content } of turns) {
        const after = /^After (.+) comes (.+)\.$/u.exec(content);
        if (!after) continue;
        rows += 1;
        const neighbours = [', ', ' - ', '; '].map((between) => `${after[1]!}${between}${after[2]!}`);
        expect(neighbours.some((text) => turns[0]!.content.includes(text))).toBe(true);
      }
    expect(rows).toBeGreaterThan(500);
  });
});
