/** Bytes as people read them, in errors and on the page: decimal units, as disks and hubs count. */

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** `4_123_000_000` → `4.1 GB`. Three digits at most after rounding, no decimals from 100 up or below 1 kB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${Math.round(bytes)} bytes`;
  const digits = value >= 99.95 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '');
  return `${digits} ${UNITS[unit]}`;
}
