import { expect, it } from 'vitest';
import { blocksText } from './blocks.ts';

it('writes blocks as Markdown writes them', () => {
  expect(
    blocksText([
      { kind: 'heading', level: 9, text: ' A\n title ' },
      { kind: 'paragraph', text: 'One\ntwo ' },
      { kind: 'paragraph', text: ' ' },
      { kind: 'item', depth: 0, marker: '1.', text: 'first\nstill first' },
      { kind: 'item', depth: 1, marker: '-', text: 'within' },
      { kind: 'preformatted', text: '\n  code\n' },
      { kind: 'table', rows: [['a', 'b|c'], ['', ' '], ['d\ne']] },
      { kind: 'table', rows: [['']] },
      { kind: 'paragraph', text: 'end' },
    ]),
  ).toBe(
    '###### A title\n\nOne\ntwo\n\n1. first\n  still first\n  - within\n\n  code\n\n| a | b\\|c |\n| --- | --- |\n| d e |  |\n\nend',
  );
});
