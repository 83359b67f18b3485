/** A number as a person would type it into a field: no grouping, nothing rounded away, the decimal mark of the language. */
import { getLocale } from '../paraglide/runtime.js';

/** `0.05` in English, `0,05` in German; `4294967295` in both. */
export function plainNumber(value: number): string {
  return value.toLocaleString(getLocale(), { useGrouping: false, maximumFractionDigits: 20 });
}
