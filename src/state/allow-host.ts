/** How a person allows a host that was refused to them: once, in the words of the problem that tells of it. */
import { LedgerBook } from '../ledger/ledger-book.ts';
import { m } from '../paraglide/messages.js';
import type { ProblemAction } from './problems.svelte.ts';

/**
 * The way on past the latest refusal; `again` does what was refused after what it is given. None under the air gap, which is
 * only switched off where it was switched on. Rejects where the ledger cannot be read.
 */
export async function waysToAllow(
  again: (first: () => Promise<void>) => Promise<void>,
): Promise<readonly ProblemAction[]> {
  const { airGap, hosts } = await withBook((book) => book.rules());
  const asked = hosts.filter(({ allowed }) => !allowed).sort((a, b) => b.at - a.at)[0];
  if (airGap || asked === undefined) return [];
  const { host } = asked;
  const allow = () => withBook((book) => book.allow(host, true));
  return [{ label: () => m.requests_allow({ host }), run: () => void again(allow) }];
}

async function withBook<T>(use: (book: LedgerBook) => Promise<T>): Promise<T> {
  const book = await LedgerBook.open();
  return use(book).finally(() => {
    book.close();
  });
}
