/** The library build's worker: the engine of the page, for pages of others. Unlike the page's it fetches models itself. */
import { expose } from 'comlink';
import { ApiService } from './engines/api-service.ts';

// What holds answers to a form is a file of its own, fetched with the first such answer.
expose(new ApiService(async (tokens) => (await import('./grammar/start.ts')).openGrammar(tokens)));
// A worker that starts from this very file has nobody else to say so.
postMessage({ freehold: 'ready', sealed: false });
