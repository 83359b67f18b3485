/** What a browser tells of the requests for the page's own files, since this tab opened the page. */

/** What is read of a `PerformanceResourceTiming`. */
export interface RequestTiming {
  /** Its address. */
  readonly name: string;
  /** Milliseconds since the page was opened. */
  readonly startTime: number;
  /** Over the network, head and body; 0 where it came from what the browser keeps. */
  readonly transferSize: number;
  /** When the service worker was asked for it; 0 where none was. */
  readonly workerStart: number;
}

/** A file of the page. */
export interface PageFile {
  /** Without its host, where that is the page's own. */
  readonly name: string;
  readonly startedAt: number;
  /** 0 for what the browser keeps; `null` for what the service worker gave, from what it keeps or from the network. */
  readonly networkBytes: number | null;
}

/** The page's files, newest first. `timeOrigin`: when it was opened, in milliseconds since the epoch. */
export function pageFiles(timings: readonly RequestTiming[], origin: string, timeOrigin: number): readonly PageFile[] {
  return timings
    .filter(({ name }) => /^https?:/.test(name))
    .map(({ name, startTime, transferSize, workerStart }) => ({
      name: name.startsWith(`${origin}/`) ? name.slice(origin.length) : name,
      startedAt: timeOrigin + startTime,
      networkBytes: workerStart > 0 ? null : transferSize,
    }))
    .sort((a, b) => b.startedAt - a.startedAt);
}
