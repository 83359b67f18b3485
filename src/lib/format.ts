/** Figures as people read them: bytes, rates, durations, counts. In English. */
import { formatBytes } from '../../workers/protocol/format-bytes.ts';

export { formatBytes };

/** `12_300_000` → `12.3 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** What is left, coarse enough not to jump about: `less than a minute`, `3 minutes`, `1 h 20 min`. */
export function formatRemaining(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 8) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? 'about a minute left' : `about ${minutes} minutes left`;
  const rest = minutes % 60;
  const hours = `${Math.floor(minutes / 60)} h`;
  return rest === 0 ? `about ${hours} left` : `about ${hours} ${rest} min left`;
}

/** `8_030_261_248` → `8.03 billion`; below a thousand as it is. */
export function formatCount(count: number): string {
  for (const [size, word] of [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
    [1e3, 'thousand'],
  ] as const) {
    if (count >= size * 0.9995) return `${Number((count / size).toPrecision(3))} ${word}`;
  }
  return String(count);
}

/** `40960` → `40,960`. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Tokens per second, with a decimal only where it tells something: `7.4`, `48`. */
export function formatSpeed(tokensPerSecond: number): string {
  return tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : String(Math.round(tokensPerSecond));
}

/** How long something took: `0.4 s`, `12 s`, `3 min 5 s`. */
export function formatSeconds(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
