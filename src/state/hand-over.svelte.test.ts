/** What a person sees of a hand-over where it goes wrong before there is a connection; connections are tested in a browser. */
import 'fake-indexeddb/auto';
import { afterEach, expect, it, vi } from 'vitest';
import { FAULTS, HandOverFault } from '../handover/fault.ts';
import { LedgerBook } from '../ledger/ledger-book.ts';
import { HandOverPace } from './hand-over-pace.svelte.ts';
import { isAboutCode, sayHandOverProblem } from './hand-over-words.ts';
import { LibraryState } from './library.svelte.ts';
import { ReceiveModelState } from './receive-model.svelte.ts';
import { SendModelState } from './send-model.svelte.ts';
import { entry } from './testing/samples.ts';

const library = new LibraryState(() => Promise.reject(new Error('no library here')));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('has words of its own for every fault', () => {
  const texts = FAULTS.map((kind) => sayHandOverProblem(new HandOverFault(kind)).text);
  expect(new Set(texts).size).toBe(FAULTS.length);
  const said = sayHandOverProblem(new HandOverFault('failed-there', `No room${String.fromCharCode(0x202e)}`));
  expect(said.detail).not.toContain(String.fromCharCode(0x202e));
  expect(FAULTS.filter((kind) => isAboutCode(new HandOverFault(kind)))).toHaveLength(7);
});

it('says what is wrong with a code, and takes another', async () => {
  const receiving = new ReceiveModelState(library);
  for (const [code, kind] of [
    ['', 'code-empty'],
    ['hello', 'code-foreign'],
  ] as const) {
    await receiving.answer(code);
    expect(receiving.phase).toBe('paste');
    expect(receiving.problem).toMatchObject({ kind });
  }
});

it('says so where the browser has no WebRTC, and can begin anew', async () => {
  const sending = new SendModelState(library, entry('a'));
  await sending.start();
  expect([sending.phase, sending.running]).toEqual(['failed', false]);
  expect(sending.problem).toMatchObject({ kind: 'no-webrtc' });
  await sending.start();
  expect(sending.phase).toBe('failed');
});

it('makes no connection under the air gap', async () => {
  const made = vi.fn();
  vi.stubGlobal('RTCPeerConnection', made);
  const book = await LedgerBook.open();
  await book.setAirGap(true);
  const sending = new SendModelState(library, entry('a'));
  await sending.start();
  expect(sending.problem).toMatchObject({ name: 'RequestForbidden' });
  const receiving = new ReceiveModelState(library);
  await receiving.answer('hello');
  expect(receiving.problem).toMatchObject({ name: 'RequestForbidden' });
  expect(made).not.toHaveBeenCalled();
  await book.setAirGap(false);
  book.close();
});

it('tells the pace of the last seconds, at most four times a second', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const pace = new HandOverPace(1000, 400);
  expect([pace.doneBytes, pace.remainingMs]).toEqual([400, null]);
  vi.advanceTimersByTime(1000);
  pace.moved(100);
  expect([pace.doneBytes, pace.bytesPerSecond, pace.remainingMs]).toEqual([500, 100, 5000]);
  vi.advanceTimersByTime(100);
  pace.moved(50);
  expect(pace.doneBytes).toBe(500);
  pace.moved(9000);
  expect([pace.doneBytes, pace.remainingMs]).toEqual([1000, 0]);
});
