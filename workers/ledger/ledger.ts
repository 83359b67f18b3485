/**
 * Every request of the library worker goes through here: it is made only while the air gap is off and to a host that the
 * person allowed, and it is written down before it is made. What cannot be written down is not asked for.
 */
import { type ErrorCode, EngineError } from '../protocol/errors.ts';
import { LEDGER_CHANNEL, type LedgerNews } from '../protocol/ledger.ts';
import type { Overseer } from '../source/overseer.ts';
import { PassingFailure } from '../source/retry.ts';
import { countedAnswer } from './counted-answer.ts';
import { LedgerDatabase, type LedgerBounds } from './ledger-database.ts';
import { LedgerEntry } from './ledger-entry.ts';
import { needsNoPermission } from './own-host.ts';
import { purposeOf } from './purpose.ts';

/** The overseer of one worker. */
export class Ledger {
  readonly #database: LedgerDatabase;
  readonly #channel = new BroadcastChannel(LEDGER_CHANNEL);
  readonly #origin: string;
  /** What runs or is about to, by host. */
  readonly #running = new Map<AbortController, URL>();

  /** `origin` is where the page came from. */
  constructor(origin: string, bounds: LedgerBounds = {}) {
    this.#origin = origin;
    this.#database = new LedgerDatabase(bounds);
    this.#channel.onmessage = ({ data }) => {
      this.#hear(data as LedgerNews);
    };
  }

  /** An `Overseer`. Refuses with `RequestForbidden`, or with `StorageFailed` where the ledger cannot be written. */
  readonly oversee: Overseer = async (address, signal, request) => {
    const url = new URL(address);
    const stop = new AbortController();
    // Before the rules are read: a change that comes after is heard, and one before is seen.
    this.#running.set(stop, url);
    try {
      await this.#permit(url);
      const entry = await this.#begin(url);
      try {
        stop.signal.throwIfAborted();
        const both = AbortSignal.any([signal, stop.signal]);
        const answer = await request(both);
        return countedAnswer(answer, entry, both, () => this.#running.delete(stop));
      } catch (error) {
        entry.end(signal.aborted || stop.signal.aborted ? 'stopped' : 'failed');
        throw error;
      }
    } catch (error) {
      this.#running.delete(stop);
      throw error;
    }
  };

  /** Ends what it does in other tabs' eyes; for tests. */
  close(): void {
    this.#channel.close();
  }

  async #permit(url: URL): Promise<void> {
    const { airGap, allowed } = await this.#database.rules(url.host).catch(cannotKeep);
    if (airGap) throw airGapError(url);
    if (allowed || needsNoPermission(url, this.#origin)) return;
    await this.#database.askAbout(url.host, Date.now()).catch(cannotKeep);
    throw refusal('RequestForbidden', {
      what: `Freehold has never asked ${url.host} for anything, and does so only with your permission. That host would learn your network address and which file or words are asked for, and nothing that you write in a chat`,
      remedy: 'You can allow it here, and take that back under “Requests” in the privacy panel.',
    });
  }

  async #begin(url: URL): Promise<LedgerEntry> {
    const onChange = (): void => {
      this.#channel.postMessage({ kind: 'requests' } satisfies LedgerNews);
    };
    const about = { host: url.host, ...purposeOf(url) };
    return LedgerEntry.begin(this.#database, about, onChange).catch(cannotKeep);
  }

  #hear(news: LedgerNews): void {
    for (const [stop, url] of this.#running) {
      if (news.kind === 'air-gap' && news.on) stop.abort(airGapError(url));
      if (news.kind === 'host' && !news.allowed && news.host === url.host && !needsNoPermission(url, this.#origin))
        stop.abort(
          refusal('RequestForbidden', { what: `You no longer allow ${url.host}`, remedy: 'What is stored stays.' }),
        );
    }
  }
}

let ledger: Ledger | null = null;

/** The overseer of this worker. A worker that starts from a `blob:` has the origin of its page. */
export const overseeByLedger: Overseer = (...asked) => (ledger ??= new Ledger(self.origin)).oversee(...asked);

function airGapError(url: URL): PassingFailure {
  return refusal('RequestForbidden', {
    what: `The air gap is on, so ${url.host} was not asked`,
    remedy: 'Switch it off under “Requests” in the privacy panel; what is stored stays.',
  });
}

function cannotKeep(): never {
  throw refusal('StorageFailed', {
    what: 'The browser could not write the request into the list of requests, so it was not made',
    remedy: 'Free some space on this device and try again.',
  });
}

/** Not tried again: it stays refused until the person does something. */
function refusal(code: ErrorCode, facts: ConstructorParameters<typeof EngineError>[1]): PassingFailure {
  return new PassingFailure(new EngineError(code, facts), { maxTries: 1 });
}
