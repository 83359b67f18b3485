/** The ways in which networks and servers fail, as a script for the test hub. */

/** One fault; it spoils one answer with file bytes, unless `at` says that it is the hub's API or redirect. */
export type Fault =
  /** The whole file with status 200, whatever range was asked. */
  | { readonly kind: 'ignore-range' }
  /** A clean end after some bytes, with headers that promised all. */
  | { readonly kind: 'short'; readonly afterBytes: number }
  /** The connection is cut after some bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Silence after some bytes, the connection open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Content-Range (and body) begin this many bytes late. */
  | { readonly kind: 'wrong-start'; readonly lateBytes: number }
  /** Content-Range gives another size for the file. */
  | { readonly kind: 'wrong-total'; readonly byteLength: number }
  | { readonly kind: 'etag'; readonly etag: string }
  /** A status with no useful body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly at?: 'hub' | 'files';
    }
  /** A web page where the file should be, as from a hotel's network; with `type`, called something else. */
  | { readonly kind: 'html'; readonly at?: 'hub' | 'files'; readonly type?: string }
  /** No Content-Range, as where a browser hides it, and this many bytes too few, rightly announced. */
  | { readonly kind: 'hidden-range'; readonly missingBytes: number }
  | { readonly kind: 'redirect-loop'; readonly at: 'hub' | 'files' }
  /** One bit of the file, by its offset in the whole, is the other way round. */
  | { readonly kind: 'flip-bit'; readonly byteOffset: number };

interface Scripted {
  readonly fault: Fault;
  times: number;
}

/** Faults to come, in order, for each of the hub's two servers. */
export class FaultScript {
  #scripted: Scripted[] = [];

  /** Adds a fault for the next `times` answers. */
  add(fault: Fault, times: number): void {
    this.#scripted.push({ fault, times });
  }

  /** Forgets all faults. */
  clear(): void {
    this.#scripted = [];
  }

  /** The fault for the next answer of a server, which this uses up. */
  next(server: 'hub' | 'files'): Fault | null {
    const found = this.#scripted.find(
      ({ fault }) => ('at' in fault && fault.at === 'hub' ? 'hub' : 'files') === server,
    );
    if (found === undefined) return null;
    found.times--;
    if (found.times <= 0) this.#scripted = this.#scripted.filter((other) => other !== found);
    return found.fault;
  }
}
