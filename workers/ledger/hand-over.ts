/**
 * Models that go to another device or come from one, in the ledger: refused under the air gap, ended when that is switched
 * on, and written down before they begin, like a request.
 */
import { EngineError } from '../protocol/errors.ts';
import { LEDGER_CHANNEL, type LedgerNews, OTHER_DEVICE } from '../protocol/ledger.ts';
import type { BeginHandOver } from '../source/hand-over-record.ts';
import { LedgerDatabase } from './ledger-database.ts';
import { LedgerEntry } from './ledger-entry.ts';

const database = new LedgerDatabase();

/** Begins an entry. Rejects with `RequestForbidden`, or with `StorageFailed` where the ledger cannot be written. */
export const handOverInLedger: BeginHandOver = async (way, model) => {
  const channel = new BroadcastChannel(LEDGER_CHANNEL);
  const stop = new AbortController();
  // Before the rules are read: a change that comes after is heard, and one before is seen.
  channel.onmessage = ({ data }) => {
    const news = data as LedgerNews;
    if (news.kind === 'air-gap' && news.on) stop.abort(airGapError());
  };
  try {
    const { airGap } = await database.rules(OTHER_DEVICE).catch(cannotKeep);
    if (airGap) throw airGapError();
    const tell = (): void => {
      channel.postMessage({ kind: 'requests' } satisfies LedgerNews);
    };
    const about = { host: OTHER_DEVICE, purpose: way, subject: model };
    const entry = await LedgerEntry.begin(database, about, tell).catch(cannotKeep);
    return {
      signal: stop.signal,
      moved(bytes) {
        if (way === 'sent') entry.sent(bytes);
        else entry.received(bytes);
      },
      end(how) {
        entry.end(how);
        // The last news are of the end, so the channel stays open until it is written.
        void entry.settled().then(() => {
          channel.close();
        });
      },
    };
  } catch (error) {
    channel.close();
    throw error;
  }
};

function airGapError(): EngineError {
  return new EngineError('RequestForbidden', {
    what: 'The air gap is on, so no model goes to another device or comes from one',
    remedy: 'Switch it off under “Requests” in the privacy panel; what is stored stays.',
  });
}

function cannotKeep(): never {
  throw new EngineError('StorageFailed', {
    what: 'The browser could not write the hand-over into the list of requests, so it was not begun',
    remedy: 'Free some space on this device and try again.',
  });
}
