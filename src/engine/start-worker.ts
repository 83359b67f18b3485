/**
 * Starts a worker so that the policy of the document around it binds it.
 *
 * A meta CSP does not reach a worker that starts from a same-origin URL; one that starts from a `blob:` inherits it. So a
 * small blob imports the built module. With `probe` it first asks for that very module by `fetch`: where the fetch is
 * refused and the import then succeeds, the policy refused it, and the worker is sealed.
 */

/** What the bootstrap and the document around it say over the port, apart from comlink's own messages. */
export type StartMessage =
  { readonly freehold: 'ready'; readonly sealed: boolean } | { readonly freehold: 'died'; readonly message: string };

/** The start message in `data`, or `null` if it is something else. */
export function startMessage(data: unknown): StartMessage | null {
  return typeof data === 'object' && data !== null && 'freehold' in data ? (data as StartMessage) : null;
}

/**
 * Starts the module at `moduleUrl` (absolute) in a worker and joins it to `port`, both ways. The first message out of the
 * port is a `StartMessage`; post nothing before it. A `died` may follow at any time, after which the worker is gone. With
 * `direct` there is no blob: the module has this document's origin, and says by itself when it is ready.
 */
export function startWorker(
  moduleUrl: string,
  port: MessagePort,
  { probe, direct = false }: { probe: boolean; direct?: boolean },
): void {
  const blobUrl = direct
    ? moduleUrl
    : URL.createObjectURL(new Blob([bootstrap(moduleUrl, probe)], { type: 'text/javascript' }));
  const worker = new Worker(blobUrl, { type: 'module' });
  const die = (message: string) => {
    worker.terminate();
    port.postMessage({ freehold: 'died', message } satisfies StartMessage);
  };
  worker.onmessage = (event) => {
    const start = startMessage(event.data);
    if (start !== null) URL.revokeObjectURL(blobUrl);
    if (start?.freehold === 'died') die(start.message);
    else port.postMessage(event.data, [...event.ports]);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    die(event.message || 'it could not be started');
  };
  worker.onmessageerror = () => {
    die('a message could not be read');
  };
  port.onmessage = (event) => {
    if (event.data === END) worker.terminate();
    else worker.postMessage(event.data, [...event.ports]);
  };
}

/** Posted to the port, it ends the worker at once. */
export const END = 'freehold-end';

function bootstrap(moduleUrl: string, probe: boolean): string {
  const url = JSON.stringify(moduleUrl);
  return `let sealed = false;
${probe ? `await fetch(${url}, { cache: 'no-store' }).catch(() => { sealed = true; });` : ''}
try {
  await import(${url});
  postMessage({ freehold: 'ready', sealed });
} catch (error) {
  postMessage({ freehold: 'died', message: String(error?.message ?? error) });
}`;
}
