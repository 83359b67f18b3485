/** Opens a frame with a policy of its own, for one worker behind it: what a worker may reach, its frame says. */
import { EngineError } from '../../workers/protocol/errors.ts';
import { linkWorker, type Guard, type WorkerLink } from './link.ts';

/** The frame of each worker that is started in one. The engine's allows no connection, the library's those to models. */
const FRAMES = { engine: 'engine.html', pdf: 'engine.html', library: 'library.html' } as const;

/** The workers that a frame knows how to start. */
export type FramedWorkerName = keyof typeof FRAMES;

/**
 * Starts a worker in a frame of its own, which goes when the worker ends or dies. `what` begins a sentence in errors.
 * Rejects with `WorkerFailed`; `onDied` hears of a later death.
 */
export async function linkFramedWorker<Api>(
  name: FramedWorkerName,
  what: string,
  makeApi: (port: MessagePort, guard: Guard) => Api,
  onDied: (error: EngineError) => void,
): Promise<WorkerLink<Api>> {
  const frame = document.createElement('iframe');
  frame.src = FRAMES[name];
  frame.hidden = true;
  frame.title = what;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    frame.addEventListener('load', resolve, { once: true });
    document.body.append(frame);
  });
  // An error page or a host's own "not found" page fires `load` too, and would never answer.
  if (frame.contentDocument?.documentElement.dataset.freehold !== 'frame') {
    frame.remove();
    throw new EngineError('WorkerFailed', {
      what: `The ${FRAMES[name].replace('.html', '')} page could not be opened`,
      remedy: `Check that ${FRAMES[name]} lies beside index.html, or open Freehold again with the network on.`,
    });
  }
  frame.contentWindow?.postMessage(name, location.origin, [port2]);
  try {
    const link = await linkWorker(port1, what, makeApi, (error) => {
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
