/** What was measured of this device's graphics processor, kept from visit to visit. Goes when everything is deleted. */
import { readStore, writeStore } from './database.ts';

/** Records under `['tuning', key]`. Rejects with what the browser gives as the reason. */
export const tuningRecords = {
  read: (key: string): Promise<unknown> => readStore((store) => store.get(['tuning', key]) as IDBRequest<unknown>),
  write: (key: string, record: unknown): Promise<void> =>
    writeStore((store) => store.put(record, ['tuning', key])).then(() => undefined),
};
