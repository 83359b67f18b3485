/** The library build's worker: the engine of the page, for pages of others. Unlike the page's it fetches models itself. */
import { expose } from 'comlink';
import { ApiService } from './engines/api-service.ts';

// Answers are held to a form on this thread: a worker of this worker would need more of a page's policy, and whoever writes the
// page chooses the forms.
expose(new ApiService(async (tokens) => (await import('./grammar/held-form.ts')).HeldForm.open(tokens)));
// A worker that starts from this very file has nobody else to say so.
postMessage({ freehold: 'ready', sealed: false });
