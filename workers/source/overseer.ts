/** Who is asked before a request goes out, and told of what becomes of it: in the library worker the ledger, in Node nobody. */

/**
 * Makes a request, or refuses to. `request` sends it; its signal ends it. What is given back stands for the answer. A refusal
 * is a `PassingFailure` that is tried once.
 */
export type Overseer = (
  url: string,
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<Response>,
) => Promise<Response>;

let overseer: Overseer = (_url, signal, request) => request(signal);

/** Has every request from now on go through `by`. */
export function overseeRequests(by: Overseer): void {
  overseer = by;
}

/** Makes a request as the overseer wants it. */
export const overseen: Overseer = (...asked) => overseer(...asked);
