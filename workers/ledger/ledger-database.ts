/**
 * The ledger's database as the library worker uses it. It is bounded and drops nothing in silence: the oldest requests are
 * summed up by day and host. A lost connection is opened again when the rules are next read.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import {
  AIR_GAP,
  type AskedHost,
  LEDGER_DATABASE,
  LEDGER_STORES,
  LEDGER_VERSION,
  type RecordedRequest,
  type RequestSum,
} from '../protocol/ledger.ts';

interface LedgerSchema extends DBSchema {
  requests: { key: number; value: RecordedRequest };
  sums: { key: [day: string, host: string]; value: RequestSum };
  hosts: { key: string; value: AskedHost };
  switches: { key: string; value: boolean };
}

/** Requests that are kept one by one: some 400 bytes each. */
const REQUESTS_MAX = 2000;
/** How many are summed up at once, so that it is not done at each request. */
const FOLDED_AT_ONCE = 200;
/** A request that has run for longer than this ended with its page. */
const LONGEST_REQUEST_MS = 24 * 3600 * 1000;

/** How many requests are kept; tests keep fewer. */
export interface LedgerBounds {
  readonly requestsMax?: number;
  readonly foldedAtOnce?: number;
}

/** The database. Methods reject with what the browser gives as the reason. */
export class LedgerDatabase {
  readonly #requestsMax: number;
  readonly #foldedAtOnce: number;
  #opening: Promise<IDBPDatabase<LedgerSchema>> | null = null;

  constructor({ requestsMax = REQUESTS_MAX, foldedAtOnce = FOLDED_AT_ONCE }: LedgerBounds = {}) {
    this.#requestsMax = requestsMax;
    this.#foldedAtOnce = foldedAtOnce;
  }

  /** What a person allows, as it is now: whether the air gap is on, and whether the host may be asked. */
  async rules(host: string): Promise<{ readonly airGap: boolean; readonly allowed: boolean }> {
    const read = async () => {
      const transaction = (await this.#open()).transaction(['switches', 'hosts']);
      return Promise.all([
        transaction.objectStore('switches').get(AIR_GAP),
        transaction.objectStore('hosts').get(host),
      ]);
    };
    // Every request begins here: what it finds lost, as WebKit loses connections in the background, is opened again.
    const [airGap, known] = await read().catch(() => {
      this.#opening = null;
      return read();
    });
    return { airGap: airGap === true, allowed: known?.allowed === true };
  }

  /** Notes that a host is asked about, for the page to ask the person. */
  async askAbout(host: string, at: number): Promise<void> {
    const transaction = (await this.#open()).transaction('hosts', 'readwrite');
    // A person may have allowed it in another tab since it was refused here.
    const known = await transaction.store.get(host);
    if (known?.allowed !== true) await transaction.store.put({ host, allowed: false, at });
    await transaction.done;
  }

  /** Writes a new request and gives its id. */
  async add(request: RecordedRequest): Promise<number> {
    const transaction = (await this.#open()).transaction(['requests', 'sums'], 'readwrite');
    const requests = transaction.objectStore('requests');
    const id = await requests.add(request);
    if ((await requests.count()) > this.#requestsMax) {
      const sums = transaction.objectStore('sums');
      let left = this.#foldedAtOnce;
      for (let cursor = await requests.openCursor(); cursor && left > 0; cursor = await cursor.continue()) {
        const old = cursor.value;
        if (old.outcome === 'open' && request.startedAt - old.startedAt < LONGEST_REQUEST_MS) continue;
        const { host } = old;
        const day = dayOf(old.startedAt);
        const sum: RequestSum = (await sums.get([day, host])) ?? { day, host, requests: 0, receivedBytes: 0 };
        await sums.put({
          ...sum,
          requests: sum.requests + 1,
          receivedBytes: sum.receivedBytes + old.receivedBytes,
          ...(old.sentBytes !== undefined && { sentBytes: (sum.sentBytes ?? 0) + old.sentBytes }),
        });
        await cursor.delete();
        left--;
      }
    }
    await transaction.done;
    return id;
  }

  /** Writes what has become of a request since it was added. */
  async change(request: RecordedRequest & { readonly id: number }): Promise<void> {
    const transaction = (await this.#open()).transaction('requests', 'readwrite');
    // What is gone was summed up or deleted: it must not come back.
    if ((await transaction.store.getKey(request.id)) !== undefined) await transaction.store.put(request);
    await transaction.done;
  }

  #open(): Promise<IDBPDatabase<LedgerSchema>> {
    const forget = (): void => {
      this.#opening = null;
    };
    this.#opening ??= openDB<LedgerSchema>(LEDGER_DATABASE, LEDGER_VERSION, {
      upgrade(created) {
        for (const [name, options] of Object.entries(LEDGER_STORES))
          created.createObjectStore(name as keyof typeof LEDGER_STORES, options as IDBObjectStoreParameters);
      },
      // Another tab deletes everything, or has a newer form: it must not wait for this one.
      blocking(_current, _blocked, event) {
        forget();
        (event.target as IDBDatabase).close();
      },
      terminated: forget,
    });
    this.#opening.catch(forget);
    return this.#opening;
  }
}

/** The day of a moment, by the clock of this device. */
function dayOf(atMs: number): string {
  const date = new Date(atMs);
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}
