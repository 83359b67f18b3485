/** How fast a transfer is and what is left of it, in the language of the page. */
import type { TransferProgress } from '../../workers/protocol/model.ts';
import { m } from '../paraglide/messages.js';
import { formatBytes } from './format.ts';

/** `12_300_000` → `12.3 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** What is left, coarse enough not to jump about: `less than a minute`, `3 minutes`, `1 h 20 min`. */
export function formatRemaining(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 8) return m.models_left_few_seconds();
  if (seconds < 55) return m.models_left_seconds({ seconds: Math.ceil(seconds / 5) * 5 });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? m.models_left_minute() : m.models_left_minutes({ minutes });
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  return rest === 0 ? m.models_left_hours({ hours }) : m.models_left_hours_minutes({ hours, minutes: rest });
}

/** All figures of a transfer in a line; the rate and what is left only where they are known. */
export function sayFigures(
  doneBytes: number,
  totalBytes: number,
  bytesPerSecond: number | null,
  remainingMs: number | null,
): string {
  const parts: string[] = [m.models_done_of({ done: formatBytes(doneBytes), total: formatBytes(totalBytes) })];
  if (bytesPerSecond !== null && bytesPerSecond > 0) parts.push(formatRate(bytesPerSecond));
  if (remainingMs !== null) parts.push(formatRemaining(remainingMs));
  return parts.join(' · ');
}

/** What the figures of a transfer are made of. */
interface Underway {
  readonly fileBytes: number;
  /** Kept of it when it began. */
  readonly keptBytes: number;
  /** `null` until the first report. */
  readonly progress: TransferProgress | null;
}

/** Several transfers as one; `remainingMs` is `null` until their rate is known. */
export function sumOf(transfers: readonly Underway[]): {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  readonly remainingMs: number | null;
} {
  let [doneBytes, totalBytes, bytesPerSecond] = [0, 0, 0];
  for (const { fileBytes, keptBytes, progress } of transfers) {
    totalBytes += progress?.totalBytes ?? fileBytes;
    // What is being checked is here.
    doneBytes += progress?.phase === 'verifying' ? progress.totalBytes : (progress?.storedBytes ?? keptBytes);
    bytesPerSecond += progress === null || progress.phase === 'verifying' ? 0 : progress.bytesPerSecond;
  }
  const remainingMs = bytesPerSecond > 0 ? ((totalBytes - doneBytes) / bytesPerSecond) * 1000 : null;
  return { doneBytes, totalBytes, bytesPerSecond, remainingMs };
}
