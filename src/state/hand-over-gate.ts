/** Holds the connection to another device to the air gap, from before it is made. */
import { EngineError } from '../../workers/protocol/errors.ts';
import { LedgerBook } from '../ledger/ledger-book.ts';

/**
 * Rejects with `RequestForbidden` under the air gap; `onClosed` hears it when that is switched on later, in any tab, until
 * what this gives is called.
 */
export async function passAirGap(onClosed: (error: EngineError) => void): Promise<() => void> {
  const book = await LedgerBook.open();
  const refusal = () =>
    new EngineError('RequestForbidden', {
      what: 'The air gap is on, so this device connects to no other',
      remedy: 'Switch it off under “Requests” in the privacy panel; what is stored stays.',
    });
  // Before the rule is read: a change that comes after is heard.
  book.onNews((news) => {
    if (news.kind === 'air-gap' && news.on) onClosed(refusal());
  });
  const leave = (): void => {
    book.close();
  };
  try {
    if (!(await book.rules()).airGap) return leave;
  } catch (error) {
    leave();
    throw error;
  }
  leave();
  throw refusal();
}
