/**
 * The script of engine.html: the frame whose policy allows no connection at all. It starts the engine worker, which
 * inherits that policy, on the port that the page hands in. The page's own policy must be wider, so the frame exists.
 */
import engineWorkerUrl from '../../workers/engine.worker.ts?worker&url';
import { startWorker } from './start-worker.ts';

addEventListener('message', (event) => {
  const port = event.ports[0];
  if (event.source !== parent || event.origin !== location.origin || port === undefined) return;
  startWorker(new URL(engineWorkerUrl, location.href).href, port, { probe: true });
});

document.documentElement.dataset.freehold = 'engine';
