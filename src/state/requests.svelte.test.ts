import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Ledger } from '../../workers/ledger/ledger.ts';
import { RequestsState } from './requests.svelte.ts';
import { storageOf } from './testing/storage.ts';

const ADDRESS = 'https://hub.example/owner/model/resolve/main/model.gguf';
const signal = new AbortController().signal;
const answer = () => Promise.resolve(new Response('twelve bytes'));

let worker: Ledger;
const endings: (() => void)[] = [];

/** The state of a tab that has the panel open. */
async function openTab(): Promise<RequestsState> {
  const state = new RequestsState();
  endings.push(state.follow());
  await vi.waitFor(() => {
    expect(state.contents).not.toBe(null);
  });
  return state;
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('localStorage', storageOf(new Map()));
  vi.stubGlobal('StorageEvent', Event);
  vi.stubGlobal('dispatchEvent', () => true);
  worker = new Ledger('https://freehold.example');
});
afterEach(() => {
  for (const end of endings.splice(0)) end();
  worker.close();
  vi.unstubAllGlobals();
});

it('shows what was asked, and a request once its host is allowed', async () => {
  const state = await openTab();
  expect(state.contents).toEqual({ requests: [], sums: [], hosts: [], airGap: false });
  await expect(worker.oversee(ADDRESS, signal, answer)).rejects.toThrow('hub.example');
  await state.allow('hub.example', true);
  expect(state.contents?.hosts).toMatchObject([{ host: 'hub.example', allowed: true }]);
  await (await worker.oversee(ADDRESS, signal, answer)).text();
  await vi.waitFor(() => {
    expect(state.contents?.requests).toMatchObject([{ subject: 'owner/model: model.gguf', receivedBytes: 12 }]);
  });
});

it('has the air gap in every tab, and tells those to come', async () => {
  const [one, other] = [await openTab(), await openTab()];
  await one.setAirGap(true);
  await vi.waitFor(() => {
    expect(other.contents?.airGap).toBe(true);
  });
  expect(localStorage.getItem('freehold.airGap')).toBe('true');
  await expect(worker.oversee(ADDRESS, signal, answer)).rejects.toThrow('air gap');
  await other.setAirGap(false);
  await vi.waitFor(() => {
    expect(one.contents?.airGap).toBe(false);
  });
  expect(localStorage.getItem('freehold.airGap')).toBe(null);
});

it('says where the browser gives no access', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new Error('no');
    },
  });
  const state = new RequestsState();
  endings.push(state.follow());
  await vi.waitFor(() => {
    expect(state.unreadable).toBe(true);
  });
});
