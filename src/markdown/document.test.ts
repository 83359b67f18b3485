import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkdownDocument } from './document.ts';

/** Lines that mean something in Markdown, so that random texts meet its corners. */
const LINES = [
  'plain words',
  'more *words* here',
  '# Heading',
  '### Smaller',
  'Setext',
  '===',
  '---',
  '- item',
  '  more of it',
  '- [x] done',
  '+ other',
  '1. one',
  '2. two',
  '2',
  '-',
  '    code',
  '\tcode',
  '> quote',
  '> - quoted item',
  '```js',
  '```',
  '~~~',
  'const a = 1;',
  '| a | b |',
  '|---|---|',
  '| 1 | 2 |',
  '$$',
  '$$ x + y $$',
  '\\[',
  '\\]',
  '\\[ a \\begin{b}',
  '+ 5 \\]',
  'see [one] and [two][one]',
  '![one]',
  '[one]: https://a.example/',
  '[one]: /x "title',
  'goes on"',
  '[^1]: a note',
  '    of two',
  'with a note[^1]',
  '<div>',
  '</div>',
  '<!-- open',
  '-->',
  '<pre>',
  '**bold',
  'and more**',
  'cost $5 and $10',
  '$x$ and \\(y\\)',
  'https://b.example/ at the end',
  'hard  ',
  'break\\',
  '&amp; &#35;',
  '[a [one] b](u)',
  '   ',
  '\ufeffmark',
  '  - nested',
  '      - deeper',
  '***',
  'a\0b',
] as const;
const markdown = fc
  .array(fc.tuple(fc.constantFrom(...LINES), fc.constantFrom('\n', '\n', '\n\n', '\n\n', '\r\n', '\n \n', '')), {
    maxLength: 24,
  })
  .map((lines) => lines.flat().join(''));

/** 100 kB of what answers are made of. */
const PROSE = Array.from(
  { length: 400 },
  (_, index) =>
    `## Part ${index}\n\nSome **words** about \`it\`, with a [link](https://a.example/${index}) and $x^${index}$. ${'More of them. '.repeat(6)}\n\n` +
    `- one *item*\n- two\n  1. three\n\n| a | b |\n|---|---|\n| ${index} | c |\n\n\`\`\`js\nconst a = ${index};\n\nreturn a;\n\`\`\`\n\n`,
)
  .join('')
  .slice(0, 100_000);

function whole(text: string) {
  return new MarkdownDocument().update(text);
}

/** Streams `text`; the characters that were parsed by each multiple of `every`. */
function stream(text: string, step: number, every: number): { sums: number[] } {
  const answer = new MarkdownDocument();
  const sums: number[] = [];
  for (let end = step; end <= text.length; end += step) {
    answer.update(text.slice(0, end), true);
    if (end % every < step) sums.push(answer.parsedCharacters);
  }
  if (text.length % step !== 0) sums.push(answer.parsedCharacters);
  return { sums };
}

describe('a growing answer', () => {
  it('is at every step what parsing it at once gives', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        markdown,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 }),
        (text, steps) => {
          const growing = new MarkdownDocument();
          for (let end = 0, step = 0; end < text.length; step++) {
            end += steps[step % steps.length]!;
            const soFar = text.slice(0, end);
            expect(growing.update(soFar)).toEqual(whole(soFar));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps what can no longer change, and draws only the last block anew', () => {
    const answer = new MarkdownDocument();
    const before = answer.update('# One\n\nTwo\n\nThree').blocks;
    const after = answer.update('# One\n\nTwo\n\nThree and\n\n```js\nfour').blocks;
    expect(after).toHaveLength(4);
    expect(after[0]).toBe(before[0]);
    const later = answer.update('# One\n\nTwo\n\nThree and\n\n```js\nfour\nfive').blocks;
    for (const index of [0, 1, 2]) expect(later[index]).toBe(after[index]);
    expect(later[3]).toMatchObject({ type: 'code', value: 'four\nfive' });
  });

  it('reads a fence behind empty lines where it begins', () => {
    const answer = new MarkdownDocument();
    for (const text of ['   \n\n```js\n', '   \n\n```js\np', '   \n\n```js\np\n```\n\n```js\nq']) {
      expect(answer.update(text)).toEqual(whole(text));
    }
  });

  it('makes links of what was text when its definition comes, and only of that', () => {
    const answer = new MarkdownDocument();
    const text = 'See [one].\n\nSee [two].\n\nEnd.\n\n';
    for (let end = 0; end < text.length; end++) answer.update(text.slice(0, end));
    const before = answer.update(text).blocks;
    const after = answer.update(`${text}[one]: https://a.example/\n`).blocks;
    expect(after[0]).toMatchObject({ children: [{}, { type: 'linkReference' }, {}] });
    expect(after[1]).toBe(before[1]);
  });

  it('gives headings levels that leave none out', () => {
    const levels = whole('### a\n\n# b\n\n#### c\n\n> ## d\n\n## e').blocks.flatMap((block) =>
      block.type === 'heading' ? [block.data] : [],
    );
    expect(levels).toEqual([{ level: 2 }, { level: 2 }, { level: 3 }, { level: 3 }]);
  });

  it('shows what is nested too deep as its source', () => {
    expect(JSON.stringify(whole(`${'*a **b '.repeat(60)}${'**c* '.repeat(60)}`).blocks).length).toBeLessThan(20_000);
    let depth = 0;
    for (let node: unknown = whole('> '.repeat(29) + 'a').blocks[0]; node; depth++) {
      node = (node as { children?: unknown[] }).children?.[0];
    }
    expect(depth).toBe(31);
  });

  it('costs the same for each token of 100 kB of prose, however long it is by then', { timeout: 300_000 }, () => {
    const { sums } = stream(PROSE, 16, 20_000);
    const spent = sums.map((sum, index) => sum - (sums[index - 1] ?? 0));
    expect(spent).toHaveLength(5);
    // Characters given to the parser for each character that came: a block is parsed with each of its tokens.
    expect(Math.max(...spent) / 20_000).toBeLessThan(60);
    expect(Math.max(...spent)).toBeLessThan(1.5 * Math.min(...spent));
  });

  it.each([
    ['one block of code', `\`\`\`js\n${'const a = [1, 2];\n\n'.repeat(5500)}`, 100, 2],
    ['one list', '- an item of it\n'.repeat(220), 8, 400],
    ['one paragraph', 'some words of it '.repeat(400), 8, 400],
    ['a loop', `Words.\n\n${'**a'.repeat(10_000)}`, 32, 400],
  ])('costs no more than its share for %s', { timeout: 300_000 }, (_name, text, step, most) => {
    expect(stream(text, step, text.length).sums.at(-1)! / text.length).toBeLessThan(most);
  });

  it('shows a loop of marks as text, and goes on behind it', () => {
    const loop = '**a'.repeat(2000);
    const text = `*Before*\n\n${loop}\n\n*after*`;
    const types = whole(text).blocks.map((block) => JSON.stringify(block).slice(0, 90));
    expect(types).toHaveLength(3);
    expect(types[0]).toContain('emphasis');
    expect(types[1]).toContain('"text","value":"**a**a');
    expect(types[2]).toContain('emphasis');
    const growing = new MarkdownDocument();
    for (let end = 0; end < text.length; end += 997) growing.update(text.slice(0, end));
    expect(growing.update(text)).toEqual(whole(text));
  });
});
