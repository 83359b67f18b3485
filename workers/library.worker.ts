/** The library worker: network and disk, never a prompt. The script that imports it says when it is ready. */
import { expose } from 'comlink';
import { Library } from './store/library.ts';

expose(new Library());
