/**
 * The ledger: every request that the library worker has made, and what a person allows it. The worker writes requests and
 * keeps the rules; the page reads the one and sets the other. Both open the same IndexedDB database by these facts.
 */

/** Name of the database. Deleting everything finds it by its beginning. */
export const LEDGER_DATABASE = 'freehold-ledger';
/** Of the stores below. */
export const LEDGER_VERSION = 1;

/** The object stores, each with how its records are known. */
export const LEDGER_STORES = {
  /** `RecordedRequest`, oldest first. */
  requests: { keyPath: 'id', autoIncrement: true },
  /** `RequestSum`. */
  sums: { keyPath: ['day', 'host'] },
  /** `AskedHost`. */
  hosts: { keyPath: 'host' },
  /** `true` under `AIR_GAP` while the air gap is on. */
  switches: {},
} as const;

/** The key of the air gap in the store of switches. */
export const AIR_GAP = 'air-gap';

/** Over which workers and pages of all tabs tell each other of changes, as a `LedgerNews`. */
export const LEDGER_CHANNEL = 'freehold-ledger';

/** What a request was for, as far as its address tells; or that a model went to another device or came from one. */
export type RequestPurpose = 'search' | 'repository' | 'listing' | 'file' | 'sent' | 'received';

/** Stands for the host of what went to another device or came from one. No host has a space in its name. */
export const OTHER_DEVICE = 'another device';

/** One request. */
export interface RecordedRequest {
  /** Missing until it is written. */
  readonly id?: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** With its port, where that is not the usual one. */
  readonly host: string;
  /** Where a redirect led: the host that gave the answer, if it is another one. Browsers hide those in between. */
  readonly answeredBy: string | null;
  readonly purpose: RequestPurpose;
  /** The words that were searched for, the repository, or the file's name; never an address with its query. */
  readonly subject: string;
  /** Of the answer; `null` where none came. */
  readonly status: number | null;
  /** Of the answer's body, as they came out of the browser. */
  readonly receivedBytes: number;
  /** Of a model, to another device; missing where nothing but a request was sent. */
  readonly sentBytes?: number;
  /** `null` while it runs, and for good where the page ended before the request did. */
  readonly durationMs: number | null;
  /** `stopped`: let go by Freehold before its end, as when enough was read; `failed`: no answer, or a broken one. */
  readonly outcome: 'open' | 'complete' | 'stopped' | 'failed';
}

/** All older requests of one day to one host. */
export interface RequestSum {
  /** `YYYY-MM-DD`, by the clock of this device. */
  readonly day: string;
  readonly host: string;
  readonly requests: number;
  readonly receivedBytes: number;
  /** As in a request. */
  readonly sentBytes?: number;
}

/** A host that was asked about. */
export interface AskedHost {
  readonly host: string;
  /** `false` until a person allows it, and again once they take that back. */
  readonly allowed: boolean;
  /** When it was asked about or decided on last; milliseconds since the epoch. */
  readonly at: number;
}

/** What is told over the channel. */
export type LedgerNews =
  | { readonly kind: 'air-gap'; readonly on: boolean }
  | { readonly kind: 'host'; readonly host: string; readonly allowed: boolean }
  | { readonly kind: 'requests' };
