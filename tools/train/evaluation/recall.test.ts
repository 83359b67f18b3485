/** The evaluation of recall asks what the corpus does not hold, and its good answers meet its own expectations. */
import { describe, expect, it } from 'vitest';
import { Random } from '../corpus/random.ts';
import { readTopics } from '../corpus/read-text.ts';
import { recall, RECALL_SOURCE } from '../corpus/skills/recall.ts';
import { heldOutSource, recallCases } from './recall.ts';

describe('the cases of recall', () => {
  const cases = recallCases();

  it('are many, always the same, and end with a question', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(recallCases()).toEqual(cases);
    for (const { messages } of cases) {
      expect(messages.map(({ role }) => role)).toEqual(
        messages.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
      );
      expect(messages.at(-1)!.role).toBe('user');
    }
  });

  it('use no message and no phrasing of the corpus', () => {
    const { kinds, between } = RECALL_SOURCE;
    const taught = new Set(kinds.flatMap(({ said, asked, corrected }) => [...said, ...asked, ...corrected]));
    const held = heldOutSource();
    expect(
      held.kinds
        .flatMap(({ said, asked, corrected }) => [...said, ...asked, ...corrected])
        .filter((one) => taught.has(one)),
    ).toEqual([]);
    const talked = new Set([
      ...between.map(({ question }) => question),
      ...readTopics('talk').flatMap(({ questions }) => questions),
    ]);
    expect(held.between.filter(({ question }) => talked.has(question))).toEqual([]);
    const seen = new Set(
      Array.from({ length: 2000 }, (_, seed) => recall.generate(new Random(seed)).map(({ content }) => content)).flat(),
    );
    const asked = cases.flatMap(({ messages }) =>
      messages.filter(({ role }) => role === 'user').map(({ content }) => content),
    );
    expect(asked.filter((message) => seen.has(message))).toEqual([]);
  });

  it('ask for something that was said, or expect to hear that it was not', () => {
    for (const { messages, expect: expected } of cases) {
      if (expected.kind !== 'contains') throw new Error('expected a case of kind contains');
      const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content.toLowerCase());
      const known = !expected.all[0]!.includes('not told me');
      if (known) for (const [value] of expected.all) expect(said.join('\n')).toContain(value!.toLowerCase());
      for (const value of expected.not ?? []) expect(said.join('\n')).toContain(value.toLowerCase());
    }
  });
});
