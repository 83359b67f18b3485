/** Starts pdf.js's worker inside the sealed frame: what a file of strangers does in there reaches no network. */
import type { EngineError } from '../../workers/protocol/errors.ts';
import { linkFramedWorker } from './framed-worker.ts';
import type { WorkerLink } from './link.ts';

/** The API is the port, where pdf.js speaks its own protocol. Rejects with `WorkerFailed`. */
export function connectPdf(onDied: (error: EngineError) => void): Promise<WorkerLink<MessagePort>> {
  return linkFramedWorker('pdf', 'The PDF reader', (port) => port, onDied);
}
