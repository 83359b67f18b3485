/** What goes to another device and comes from one is in the list, and the air gap forbids both. */
import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { LedgerBook } from '../../src/ledger/ledger-book.ts';
import { OTHER_DEVICE } from '../protocol/ledger.ts';
import { handOverInLedger } from './hand-over.ts';

it('writes down what was sent and what was received, before and after', async () => {
  const book = await LedgerBook.open();
  const sent = await handOverInLedger('sent', 'Traveller');
  const about = { host: OTHER_DEVICE, subject: 'Traveller' };
  expect((await book.read()).requests).toMatchObject([{ ...about, purpose: 'sent', outcome: 'open' }]);
  sent.moved(1000);
  sent.moved(234);
  sent.end('complete');
  const received = await handOverInLedger('received', 'Traveller');
  received.moved(99);
  received.end('stopped');
  await vi.waitFor(async () => {
    const { requests } = await book.read();
    expect(requests).toMatchObject([
      { ...about, purpose: 'received', outcome: 'stopped', receivedBytes: 99 },
      { ...about, purpose: 'sent', outcome: 'complete', receivedBytes: 0, sentBytes: 1234 },
    ]);
    expect(requests[0]).not.toHaveProperty('sentBytes');
  });
  book.close();
});

it('ends under the air gap, and begins nothing there', async () => {
  const book = await LedgerBook.open();
  const { signal, end } = await handOverInLedger('received', 'Traveller');
  await book.setAirGap(true);
  await vi.waitFor(() => {
    expect(signal.reason).toMatchObject({ name: 'RequestForbidden' });
  });
  end('stopped');
  const before = (await book.read()).requests.length;
  await expect(handOverInLedger('sent', 'Traveller')).rejects.toMatchObject({ name: 'RequestForbidden' });
  expect((await book.read()).requests).toHaveLength(before);
  await book.setAirGap(false);
  (await handOverInLedger('sent', 'Traveller')).end('complete');
  book.close();
});
