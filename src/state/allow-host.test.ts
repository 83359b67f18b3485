import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EngineError } from '../../workers/protocol/errors.ts';
import { LedgerDatabase } from '../../workers/ledger/ledger-database.ts';
import { LedgerBook } from '../ledger/ledger-book.ts';
import { Intents } from './intents.ts';
import { Problems } from './problems.svelte.ts';

let book: LedgerBook;
const problems = new Problems();
const intents = new Intents(
  problems,
  { phase: 'ready', look: () => Promise.resolve() },
  { interruptions: [], failedName: () => null },
  () => ({
    label: () => 'Restart',
    run: () => undefined,
  }),
);

beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  book = await LedgerBook.open();
  await new LedgerDatabase().askAbout('earlier.example', 1);
  await new LedgerDatabase().askAbout('hub.example', 2);
});
afterEach(() => {
  book.close();
  vi.unstubAllGlobals();
});

/** What is refused until its host is allowed. */
async function fetchModel(): Promise<void> {
  const { hosts } = await book.rules();
  if (hosts.find(({ host }) => host === 'hub.example')?.allowed === true) return;
  throw new EngineError('RequestForbidden', { what: 'Never asked' });
}

it('asks for the host that was refused last; allowed, what was asked for goes on', async () => {
  await intents.run(fetchModel);
  expect(problems.current?.actions.map(({ label }) => label())).toEqual(['Allow hub.example']);
  const again = vi.spyOn(book, 'rules');
  problems.current?.actions[0]?.run();
  await vi.waitFor(() => {
    expect(again).toHaveBeenCalledTimes(1);
  });
  await vi.waitFor(() => {
    expect(problems.current).toBe(null);
  });
  expect((await book.rules()).hosts).toMatchObject([
    { host: 'earlier.example', allowed: false },
    { host: 'hub.example', allowed: true },
  ]);
});

it('offers nothing under the air gap', async () => {
  await book.setAirGap(true);
  await intents.run(fetchModel);
  expect(problems.current).toMatchObject({ error: { name: 'RequestForbidden' }, actions: [] });
});
