/** The engine worker: computes. It has no network; where its bytes come from is the store. */
import { expose } from 'comlink';
import { EngineService } from './engines/service.ts';

expose(new EngineService());
