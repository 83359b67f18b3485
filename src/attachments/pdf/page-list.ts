/** Numbers of pages as a person writes them. */

const MOST_RANGES = 12;

/** `page 3`, `pages 2, 5–7 and 9`; of very many only the first. Numbers rise, and there is at least one. */
export function listPages(numbers: readonly number[]): string {
  if (numbers.length === 1) return `page ${numbers[0]}`;
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const written = ranges.slice(0, MOST_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  if (ranges.length > MOST_RANGES) written.push('more');
  const last = written.pop()!;
  return `pages ${written.length === 0 ? last : `${written.join(', ')} and ${last}`}`;
}
