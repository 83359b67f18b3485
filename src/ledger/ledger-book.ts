/**
 * The ledger as the page reads it, and the rules that a person sets there. The library worker reads the rules anew before
 * each request, so what is set here holds at once in every tab.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import {
  AIR_GAP,
  type AskedHost,
  LEDGER_CHANNEL,
  LEDGER_DATABASE,
  LEDGER_STORES,
  LEDGER_VERSION,
  type LedgerNews,
  type RecordedRequest,
  type RequestSum,
} from '../../workers/protocol/ledger.ts';

interface LedgerSchema extends DBSchema {
  requests: { key: number; value: RecordedRequest };
  sums: { key: [day: string, host: string]; value: RequestSum };
  hosts: { key: string; value: AskedHost };
  switches: { key: string; value: boolean };
}

/** All that is in the ledger at one moment. */
export interface LedgerContents {
  /** Newest first. */
  readonly requests: readonly RecordedRequest[];
  /** Newest day first. */
  readonly sums: readonly RequestSum[];
  /** By name. */
  readonly hosts: readonly AskedHost[];
  readonly airGap: boolean;
}

/** The ledger, open. Methods reject with what the browser gives as the reason. */
export class LedgerBook {
  readonly #database: IDBPDatabase<LedgerSchema>;
  readonly #channel: BroadcastChannel;

  private constructor(database: IDBPDatabase<LedgerSchema>) {
    this.#database = database;
    this.#channel = new BroadcastChannel(LEDGER_CHANNEL);
  }

  /** Opens it, and makes it where there was none. */
  static async open(): Promise<LedgerBook> {
    const database = await openDB<LedgerSchema>(LEDGER_DATABASE, LEDGER_VERSION, {
      upgrade(created) {
        for (const [name, options] of Object.entries(LEDGER_STORES))
          created.createObjectStore(name as keyof typeof LEDGER_STORES, options as IDBObjectStoreParameters);
      },
      // Another tab deletes everything, or has a newer form: it must not wait for this one.
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
      },
    });
    return new LedgerBook(database);
  }

  /** Hears of every change, by whatever tab or worker. */
  onNews(hear: (news: LedgerNews) => void): void {
    this.#channel.onmessage = ({ data }) => {
      hear(data as LedgerNews);
    };
  }

  /** Reads everything, in one transaction. */
  async read(): Promise<LedgerContents> {
    const transaction = this.#database.transaction(['requests', 'sums', 'hosts', 'switches']);
    const [requests, sums, hosts, airGap] = await Promise.all([
      transaction.objectStore('requests').getAll(),
      transaction.objectStore('sums').getAll(),
      transaction.objectStore('hosts').getAll(),
      transaction.objectStore('switches').get(AIR_GAP),
    ]);
    return { requests: requests.reverse(), sums: sums.reverse(), hosts, airGap: airGap === true };
  }

  /** What is allowed, alone. */
  async rules(): Promise<Pick<LedgerContents, 'hosts' | 'airGap'>> {
    const transaction = this.#database.transaction(['hosts', 'switches']);
    const [hosts, airGap] = await Promise.all([
      transaction.objectStore('hosts').getAll(),
      transaction.objectStore('switches').get(AIR_GAP),
    ]);
    return { hosts, airGap: airGap === true };
  }

  /** Switches the air gap. Once this resolves no request begins, and those that ran are told to end. */
  async setAirGap(on: boolean): Promise<void> {
    await this.#database.put('switches', on, AIR_GAP);
    this.#tell({ kind: 'air-gap', on });
  }

  /** Allows a host, or takes that back. */
  async allow(host: string, allowed: boolean): Promise<void> {
    await this.#database.put('hosts', { host, allowed, at: Date.now() });
    this.#tell({ kind: 'host', host, allowed });
  }

  close(): void {
    this.#channel.close();
    this.#database.close();
  }

  #tell(news: LedgerNews): void {
    this.#channel.postMessage(news);
  }
}
