import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureDelimited } from './delimited.ts';

const measure = (text: string) => {
  const { table, delimiter, warnings } = measureDelimited(text);
  return [table.rows, table.columns, delimiter, warnings.length];
};

describe('measureDelimited', () => {
  it.each([
    ['name,age\nAnn,5\nBob,6\n', [3, 2, ',', 0]],
    ['name;age\n"1,5";6', [2, 2, ';', 0]],
    ['a\tb\tc\n1\t2\t3', [2, 3, '\t', 0]],
    ['a|b\n1|2', [2, 2, '|', 0]],
    ['one\ntwo\n', [2, 1, ',', 0]],
    ['a,b\n\n1,2\n\n', [2, 2, ',', 0]],
    ['"a,b","c\nd"\n1,2\n', [2, 2, ',', 0]],
    ['"he said ""yes, no""",b\n', [1, 2, ',', 0]],
    ['say "no",b\nx,y', [2, 2, ',', 0]],
    ['a,b,c\n1,2\n', [2, 3, ',', 1]],
    ['a,"b\n1,2\n', [1, 2, ',', 1]],
    ['""\n""', [2, 1, ',', 0]],
    ['', [0, 0, ',', 0]],
    ['\n\n', [0, 0, ',', 0]],
  ])('measures %j', (text, expected) => {
    expect(measure(text)).toEqual(expected);
  });

  it('counts what RFC 4180 writes, whatever the fields hold', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' '), maxLength: 6 });
    const rows = fc
      .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 6 }))
      .chain(([columns, count]) =>
        fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { minLength: count, maxLength: count }),
      );
    fc.assert(
      fc.property(rows, (table) => {
        const text = table.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
        expect(measure(text)).toEqual([table.length, table[0]!.length, ',', 0]);
      }),
    );
  });
});
