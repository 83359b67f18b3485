/** The library worker: network and disk, never a prompt. The script that imports it says when it is ready. */
import { expose } from 'comlink';
import { recordHandOvers } from './source/hand-over-record.ts';
import { overseeRequests } from './source/overseer.ts';
import { hashElsewhere } from './store/hashing.ts';
import { Library } from './store/library.ts';

// The ledger comes with the first request: most visits make none.
overseeRequests(async (...asked) => (await import('./ledger/ledger.ts')).overseeByLedger(...asked));
recordHandOvers(async (...begun) => (await import('./ledger/hand-over.ts')).handOverInLedger(...begun));
// It has enough to do with taking bytes off the network.
hashElsewhere(async () => (await import('./hashing/start.ts')).startHashingWorker());

expose(new Library());
