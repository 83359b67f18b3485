/**
 * The script of engine.html, whose policy allows no connection at all, and of library.html, the only document that may connect
 * to other sites. It starts the worker that the page names, which inherits that policy, on the port that the page hands in.
 */
import engineWorkerUrl from '../../workers/engine.worker.ts?worker&url';
import libraryWorkerUrl from '../../workers/library.worker.ts?worker&url';
import pdfWorkerUrl from '../../workers/pdf.worker.ts?worker&url';
import type { FramedWorkerName } from './framed-worker.ts';
import { startWorker } from './start-worker.ts';

const URLS: Record<FramedWorkerName, string> = {
  engine: engineWorkerUrl,
  pdf: pdfWorkerUrl,
  library: libraryWorkerUrl,
};

addEventListener('message', (event) => {
  const port = event.ports[0];
  if (event.source !== parent || event.origin !== location.origin || port === undefined) return;
  const name = event.data as FramedWorkerName;
  startWorker(new URL(URLS[name], location.href).href, port, { probe: name !== 'library' });
});

document.documentElement.dataset.freehold = 'frame';
