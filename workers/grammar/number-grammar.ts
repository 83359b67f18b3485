/** Numbers between bounds, as grammar: whole ones exactly, others with up to six digits behind the point. */

/** Bounds, both allowed; `null`: none. */
export interface WholeRange {
  readonly from: number | null;
  readonly to: number | null;
}

/** Digits of a whole number without a bound: what JSON's readers keep exactly. */
const DIGITS_MAX = 15;
/** Never 0, so that it never equals the whole number before it. */
const FRACTION = '"." [0-9]{0,5} [1-9]';

/** Whole numbers of a range; `null` where there is none. */
export function wholeNumbers({ from, to }: WholeRange): string | null {
  const limit = 10 ** DIGITS_MAX - 1;
  const [low, high] = [from ?? -limit, to ?? limit];
  if (low > high) return null;
  const negative = low < 0 ? naturals(high < 0 ? -high : 1, -low) : [];
  const natural = high >= 0 ? naturals(Math.max(0, low), high) : [];
  return [...negative.map((digits) => `"-" ${digits}`), ...natural].join(' | ');
}

/** Numbers of a range, each bound allowed or not; `null` where none can be written. */
export function numbers(range: WholeRange, exclusive: { readonly from: boolean; readonly to: boolean }): string | null {
  const { from, to } = range;
  if (from === null && to === null) {
    const whole = `"-"? ("0" | [1-9] [0-9]{0,${DIGITS_MAX - 1}})`;
    return `${whole} ("." [0-9]{1,${DIGITS_MAX}})? ([eE] [+\\-]? [0-9]{1,2})?`;
  }
  const low = from === null ? null : Math.ceil(from);
  const high = to === null ? null : Math.floor(to);
  const whole = wholeNumbers({
    from: low === null ? null : low + Number(exclusive.from && low === from),
    to: high === null ? null : high - Number(exclusive.to && high === to),
  });
  // With a fraction the number lies strictly between a whole one and its neighbour, away from 0.
  const above =
    high === null || high > 0
      ? wholeNumbers({ from: Math.max(0, low ?? 0), to: high === null ? null : high - 1 })
      : null;
  const below =
    low === null || low < 0
      ? wholeNumbers({ from: Math.max(0, -(high ?? 0)), to: low === null ? null : -low - 1 })
      : null;
  const parts = [
    ...(whole === null ? [] : [whole]),
    ...(above === null ? [] : [`(${above}) ${FRACTION}`]),
    ...(below === null ? [] : [`"-" (${below}) ${FRACTION}`]),
  ];
  return parts.length === 0 ? null : parts.join(' | ');
}

/** Numbers from `low` to `high`, neither below 0, as sequences of digits without zeros before them. */
function naturals(low: number, high: number): string[] {
  const parts: string[] = [];
  for (let length = String(low).length; length <= String(high).length; length++) {
    const first = Math.max(low, length === 1 ? 0 : 10 ** (length - 1));
    const last = Math.min(high, 10 ** length - 1);
    if (first <= last) parts.push(...sameLength(String(first), String(last)));
  }
  return parts;
}

function sameLength(low: string, high: string): string[] {
  const rest = low.length - 1;
  if (rest === 0) return [digit(low, high)];
  if (/^0*$/.test(low.slice(1)) && /^9*$/.test(high.slice(1))) return [`${digit(low[0]!, high[0]!)} [0-9]{${rest}}`];
  if (low[0] === high[0]) return sameLength(low.slice(1), high.slice(1)).map((tail) => `"${low[0]!}" ${tail}`);
  const middle = [Number(low[0]) + 1, Number(high[0]) - 1].map(String) as [string, string];
  return [
    ...sameLength(low.slice(1), '9'.repeat(rest)).map((tail) => `"${low[0]!}" ${tail}`),
    ...(middle[0] <= middle[1] ? [`${digit(...middle)} [0-9]{${rest}}`] : []),
    ...sameLength('0'.repeat(rest), high.slice(1)).map((tail) => `"${high[0]!}" ${tail}`),
  ];
}

function digit(low: string, high: string): string {
  return low === high ? `"${low}"` : `[${low}-${high}]`;
}
