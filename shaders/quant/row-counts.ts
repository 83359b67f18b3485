/**
 * How many words or threads a row takes, as functions of its blocks of 32 weights: what the formats' layouts are written
 * with. They expect the whole blocks of a file; `layout.ts` refuses other rows.
 */

/** None. */
export const none = (): number => 0;

/** One for each block of 32. */
export const one = (blocks: number): number => blocks;

/** One for so many blocks of 32, and for what is left of them at the row's end. */
export const onePer =
  (blocksEach: number) =>
  (blocks: number): number =>
    Math.ceil(blocks / blocksEach);

/** So many for each group of eight blocks of 32: a file's block of 256. */
export const perGroup =
  (count: number) =>
  (blocks: number): number =>
    (blocks / 8) * count;
