/** Figures as people read them, in the language of the page: bytes, durations, counts, shares. */
import { formatBytes as formatBytesIn } from '../../workers/protocol/format-bytes.ts';
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';
import { plainNumber } from './plain-number.ts';

/** `4_123_000_000` → `4.1 GB`. */
export function formatBytes(bytes: number): string {
  return formatBytesIn(bytes, getLocale());
}

/** `8_030_261_248` → `8.03 billion`; below a thousand as it is. */
export function formatCount(count: number): string {
  return count.toLocaleString(getLocale(), {
    notation: 'compact',
    compactDisplay: 'long',
    maximumSignificantDigits: 3,
  });
}

/** `40960` → `40,960`. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString(getLocale());
}

/** A share from 0 to 1: `43 %`, `0.4 %`, `under 0.01 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.01) return m.app_percent_under({ percent: plainNumber(0.01) });
  return m.app_percent({ percent: plainNumber(Number(percent.toPrecision(percent < 10 ? 2 : 3))) });
}

/** Tokens per second, with a decimal only where it tells something: `7.4`, `48`. */
export function formatSpeed(tokensPerSecond: number): string {
  return fixed(tokensPerSecond, tokensPerSecond < 10 ? 1 : 0);
}

/** How long something took: `under 0.1 s`, `0.4 s`, `12 s`, `3 min 5 s`. */
export function formatSeconds(ms: number): string {
  if (ms < 100) return m.app_seconds_under({ seconds: plainNumber(0.1) });
  if (ms < 9_950) return `${fixed(ms / 1000, 1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A number with so many decimals, and nothing between its thousands. */
function fixed(value: number, digits: number): string {
  return value.toLocaleString(getLocale(), {
    useGrouping: false,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
