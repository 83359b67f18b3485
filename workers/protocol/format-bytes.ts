/** Bytes as people read them, in errors and on the page: decimal units, as disks and hubs count. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/**
 * `4_123_000_000` → `4.1 GB`. Three digits at most after rounding, no decimals from 100 up or below 1 kB. Errors are in
 * English; the page gives its own language (BCP 47).
 */
export function formatBytes(bytes: number, locale = 'en'): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return value.toLocaleString(locale, {
    style: 'unit',
    unit: UNITS[unit],
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: unit === 0 || value >= 99.95 ? 0 : 1,
    useGrouping: false,
  });
}
