/** The library build's worker: the engine of the page, for pages of others. Unlike the page's it fetches models itself. */
import { expose } from 'comlink';
import { ApiService } from './engines/api-service.ts';

expose(new ApiService());
// A worker that starts from this very file has nobody else to say so.
postMessage({ freehold: 'ready', sealed: false });
