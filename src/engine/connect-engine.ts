/** Starts the engine worker inside its sealed frame and gives its API as plain async methods. */
import { proxy, wrap } from 'comlink';
import type { EngineApi, GpuReport } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { linkWorker, type Guard, type WorkerLink } from './link.ts';

/** Starts the engine. Rejects with `WorkerFailed`; `onDied` hears of a later death. */
export async function connectEngine(onDied: (error: EngineError) => void): Promise<WorkerLink<EngineApi>> {
  const frame = document.createElement('iframe');
  frame.src = 'engine.html';
  frame.hidden = true;
  frame.title = 'Engine';
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    frame.addEventListener('load', resolve, { once: true });
    document.body.append(frame);
  });
  // An error page or a host's own "not found" page fires `load` too, and would never answer.
  if (frame.contentDocument?.documentElement.dataset.freehold !== 'engine') {
    frame.remove();
    throw new EngineError('WorkerFailed', {
      what: 'The engine page could not be opened',
      remedy: 'Check that engine.html lies beside index.html, or open Freehold again with the network on.',
    });
  }
  frame.contentWindow?.postMessage(null, location.origin, [port2]);
  try {
    const link = await linkWorker(port1, 'The engine', engineApi, (error) => {
      frame.remove();
      onDied(error);
    });
    return {
      ...link,
      end() {
        link.end();
        frame.remove();
      },
    };
  } catch (error) {
    frame.remove();
    throw error;
  }
}

function engineApi(port: MessagePort, guard: Guard): EngineApi {
  const remote = wrap<EngineApi>(port);
  return {
    probe: () => guard<GpuReport>(remote.probe()),
    load: (id, options, onProgress) => guard(remote.load(id, options, proxy(onProgress))),
    unload: () => guard(remote.unload()),
    generate: (request, onEvent) => guard(remote.generate(request, proxy(onEvent))),
    stop: () => guard(remote.stop()),
  };
}
