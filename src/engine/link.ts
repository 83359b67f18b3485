/** The page's end of a worker: waits for its start, notices its death, and fails the calls that died with it. */
import { EngineError } from '../../workers/protocol/errors.ts';
import { END, startMessage } from './start-worker.ts';

/** A started worker. */
export interface WorkerLink<Api> {
  readonly api: Api;
  /** Whether the worker's own fetch was refused when it started; false where it was not tried. */
  readonly sealed: boolean;
  /** Ends the worker; running calls reject with `WorkerFailed`, and `onDied` is not called. */
  end(): void;
}

/** Rejects with the worker's death if that comes before the call's own end. */
export type Guard = <T>(call: Promise<T>) => Promise<T>;

/**
 * Waits for the worker behind `port` to start. `makeApi` gets the port and a guard that every call has to pass.
 * Rejects with `WorkerFailed` if it does not start; `onDied` hears of a death after that.
 */
export async function linkWorker<Api>(
  port: MessagePort,
  what: string,
  makeApi: (port: MessagePort, guard: Guard) => Api,
  onDied: (error: EngineError) => void,
): Promise<WorkerLink<Api>> {
  const running = new Set<(error: EngineError) => void>();
  let death: EngineError | null = null;

  const die = (error: EngineError) => {
    death ??= error;
    for (const reject of running) reject(error);
    running.clear();
  };
  const guard: Guard = (call) =>
    new Promise((resolve, reject) => {
      if (death !== null) {
        reject(death);
        return;
      }
      running.add(reject);
      call.then(resolve, reject).finally(() => running.delete(reject));
    });

  const sealed = await new Promise<boolean>((resolve, reject) => {
    port.addEventListener('message', (event) => {
      const start = startMessage(event.data);
      if (start?.freehold === 'ready') resolve(start.sealed);
      if (start?.freehold !== 'died') return;
      const started = death === null;
      const error = failed(what, start.message);
      die(error);
      reject(error);
      if (started) onDied(error);
    });
    port.start();
  });

  return {
    api: makeApi(port, guard),
    sealed,
    end() {
      die(failed(what, 'it was ended'));
      port.postMessage(END);
    },
  };
}

function failed(what: string, why: string): EngineError {
  return new EngineError('WorkerFailed', { what: `${what} stopped working (${why})` });
}
