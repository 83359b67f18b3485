/** Makes keys of passphrases, apart from the page, which it would freeze for up to a second. */
import { expose } from 'comlink';
import { argon2id } from 'hash-wasm';
import type { PassphraseApi } from './protocol/passphrase.ts';

const api: PassphraseApi = {
  async derive(passphrase, { memoryKiB, iterations, parallelism, salt }) {
    const options = { password: passphrase, salt, iterations, parallelism, memorySize: memoryKiB, hashLength: 32 };
    return new Uint8Array(await argon2id({ ...options, outputType: 'binary' }));
  },
};

expose(api);
