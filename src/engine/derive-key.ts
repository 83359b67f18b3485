/** Makes a key of a passphrase in a worker of its own, which ends with it: passphrase and scratch memory go with the worker. */
import { wrap } from 'comlink';
import passphraseWorkerUrl from '../../workers/passphrase.worker.ts?worker&url';
import type { KeyDerivation, PassphraseApi } from '../../workers/protocol/passphrase.ts';
import { linkWorker } from './link.ts';
import { startWorker } from './start-worker.ts';

/** 32 bytes of key. Rejects with `WorkerFailed` where the worker does not start, or there is not the memory for it. */
export async function deriveKey(passphrase: string, derivation: KeyDerivation): Promise<Uint8Array<ArrayBuffer>> {
  const { port1, port2 } = new MessageChannel();
  startWorker(new URL(passphraseWorkerUrl, location.href).href, port2, { probe: false });
  const makeApi = (port: MessagePort, guard: <T>(call: Promise<T>) => Promise<T>): PassphraseApi => {
    const remote = wrap<PassphraseApi>(port);
    return { derive: (...asked) => guard(remote.derive(...asked)) };
  };
  const link = await linkWorker(port1, 'The maker of keys', makeApi, () => undefined);
  try {
    return await link.api.derive(passphrase, derivation);
  } finally {
    link.end();
  }
}
