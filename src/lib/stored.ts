/** Small things kept in localStorage. Reading gives `null` and writing gives `false` where the browser keeps nothing. */

const PREFIX = 'freehold.';

/** The value kept under `key`, or `null` if there is none or it cannot be read. The caller checks its shape. */
export function readStored(key: string): unknown {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** Keeps `value` under `key`; `null` deletes it. Returns whether that worked. */
export function writeStored(key: string, value: unknown): boolean {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
