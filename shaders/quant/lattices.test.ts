import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  evenSign,
  IQ1_LATTICE,
  IQ2_S_LATTICE,
  IQ2_XS_LATTICE,
  IQ2_XXS_LATTICE,
  IQ3_S_LATTICE,
  IQ3_XXS_LATTICE,
  latticeTable,
} from './lattices.ts';

/** A table with the numbers that its digits stand for, and the SHA-256 of ggml's table as it lies in memory, a byte each. */
const CASES = [
  {
    name: 'IQ1_S and IQ1_M',
    table: IQ1_LATTICE,
    groups: 2048,
    values: [-1, 0, 1],
    sha256: '07540ffc1aeaf6ad4d97e96b0fcc765aae39671d4ae4a27bbd0e796fde167c6a',
  },
  {
    name: 'IQ2_XXS',
    table: IQ2_XXS_LATTICE,
    groups: 256,
    values: [8, 25, 43],
    sha256: '05826b5d3e472a3a78f196be62ac78acf81df0f909626e12ab9fa2a5d490dd54',
  },
  {
    name: 'IQ2_XS',
    table: IQ2_XS_LATTICE,
    groups: 512,
    values: [8, 25, 43],
    sha256: '06e47aaca60b4dc1d9b5a3f34540437058a6b142b4d7a59d5ded769b4d1bf1de',
  },
  {
    name: 'IQ2_S',
    table: IQ2_S_LATTICE,
    groups: 1024,
    values: [8, 25, 43],
    sha256: 'e1aa1473412b0552c2174c30ef22ab4073f6a181b85a17056e8249bd2932fd88',
  },
  {
    name: 'IQ3_XXS',
    table: IQ3_XXS_LATTICE,
    groups: 256,
    values: [4, 12, 20, 28, 36, 44, 52, 62],
    sha256: '46e35f5a997efdee6c99ce57854c8a0d4f0ff8ca57e5e8a60c0793ea580acf5d',
  },
  {
    name: 'IQ3_S',
    table: IQ3_S_LATTICE,
    groups: 512,
    values: [1, 3, 5, 7, 9, 11, 13, 15],
    sha256: 'bd1af4945a1717c65610b0284e4628b9a1ba3b306fae3a06f6e5f597356e349f',
  },
];

describe.each(CASES)('the lattice of $name', ({ table, groups, values, sha256 }) => {
  test('is the one that ggml has', () => {
    expect(table.base).toBe(values.length);
    expect(table.digits.length).toBe(groups * table.groupDigits);
    const bytes = Int8Array.from(table.digits, (digit) => values[digit]!);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  test('is for the kernels what it is here', () => {
    const { groupDigits, digits } = table;
    const words = latticeTable(table);
    const read = (group: number, place: number): number => {
      const nibble = (words[group >> 1]! >> (4 * (group & 1) + 8 * (place % 4))) & 15;
      return groupDigits === 4 ? nibble : (nibble >> (2 * (place >> 2))) & 3;
    };
    expect([...digits].map((_, i) => read(Math.floor(i / groupDigits), i % groupDigits))).toEqual([...digits]);
  });
});

test('every eighth sign makes their number even', () => {
  for (let seven = 0; seven < 128; seven++) {
    const signs = [0, 1, 2, 3, 4, 5, 6, 7].filter((j) => evenSign(seven, j));
    expect(signs.length % 2).toBe(0);
    expect(signs.filter((j) => j < 7).reduce((sum, j) => sum + 2 ** j, 0)).toBe(seven);
  }
});
