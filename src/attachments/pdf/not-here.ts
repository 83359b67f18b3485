/** The error for a part of the site that reads PDF files and that this device has not kept. */
import { EngineError } from '../../../workers/protocol/errors.ts';

export function notHere(): EngineError {
  return new EngineError('SourceUnreachable', {
    what: 'The part of Freehold that reads PDF files is not on this device yet',
    remedy: 'Attach a PDF file once with the network on; after that it works without.',
  });
}
