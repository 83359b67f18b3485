/** One request in the ledger, from before it is made until its end. */
import type { RecordedRequest } from '../protocol/ledger.ts';
import type { LedgerDatabase } from './ledger-database.ts';

/** What a killed tab's request may have received without the ledger knowing. */
const WRITTEN_EVERY_MS = 2000;

/** A request that is being made. Methods never throw: a request that runs is not ended by its record. */
export class LedgerEntry {
  readonly #database: Pick<LedgerDatabase, 'change'>;
  readonly #onChange: () => void;
  #request: RecordedRequest & { readonly id: number };
  #writtenAt: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    database: Pick<LedgerDatabase, 'change'>,
    request: RecordedRequest & { readonly id: number },
    onChange: () => void,
  ) {
    this.#database = database;
    this.#request = request;
    this.#onChange = onChange;
    this.#writtenAt = request.startedAt;
  }

  /** Writes a request down that is about to be made. Rejects where that cannot be done. */
  static async begin(
    database: Pick<LedgerDatabase, 'add' | 'change'>,
    about: Pick<RecordedRequest, 'host' | 'purpose' | 'subject'>,
    onChange: () => void,
  ): Promise<LedgerEntry> {
    const request: RecordedRequest = {
      ...about,
      startedAt: Date.now(),
      answeredBy: null,
      status: null,
      receivedBytes: 0,
      durationMs: null,
      outcome: 'open',
    };
    const id = await database.add(request);
    onChange();
    return new LedgerEntry(database, { ...request, id }, onChange);
  }

  /** The head of an answer is here, from the host of `url`, which is empty where the browser hides it. */
  answered(status: number, url: string): void {
    const host = URL.canParse(url) ? new URL(url).host : this.#request.host;
    this.#change({ status, answeredBy: host === this.#request.host ? null : host });
  }

  /** So many bytes of its body more. */
  received(bytes: number): void {
    const receivedBytes = this.#request.receivedBytes + bytes;
    if (Date.now() - this.#writtenAt < WRITTEN_EVERY_MS) this.#request = { ...this.#request, receivedBytes };
    else this.#change({ receivedBytes });
  }

  /** So many bytes of a model more, to another device. */
  sent(bytes: number): void {
    const sentBytes = (this.#request.sentBytes ?? 0) + bytes;
    if (Date.now() - this.#writtenAt < WRITTEN_EVERY_MS) this.#request = { ...this.#request, sentBytes };
    else this.#change({ sentBytes });
  }

  get receivedBytes(): number {
    return this.#request.receivedBytes;
  }

  /** It is over; only the first end counts. */
  end(outcome: Exclude<RecordedRequest['outcome'], 'open'>): void {
    if (this.#request.outcome !== 'open') return;
    this.#change({ outcome, durationMs: Date.now() - this.#request.startedAt });
  }

  /** Resolves once all that is known is written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #change(changes: Partial<RecordedRequest>): void {
    const request = (this.#request = { ...this.#request, ...changes });
    this.#writtenAt = Date.now();
    this.#writing = this.#writing
      .then(() => this.#database.change(request))
      .then(this.#onChange)
      .catch(() => undefined);
  }
}
