/** From a passphrase to an AES key. The parameters are kept beside what the key opens, so that they can change later. */
import type { KeyDerivation } from '../../../workers/protocol/passphrase.ts';
import { EngineError } from '../../../workers/protocol/errors.ts';

/** Runs Argon2id; in the page a worker does. */
export type DeriveKey = (passphrase: string, derivation: KeyDerivation) => Promise<Uint8Array<ArrayBuffer>>;

/** Fewer characters are guessed too soon, whatever the derivation costs. */
export const SHORTEST_PASSPHRASE = 8;

/**
 * A fresh salt with the parameters of today: 64 MiB and 3 passes, RFC 9106's second recommended option, in one lane instead
 * of four because the lanes of hash-wasm run one after another. 0.5 to 1 s on a laptop, within the memory of a phone.
 */
export function newDerivation(): KeyDerivation {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { algorithm: 'argon2id', memoryKiB: 64 * 1024, iterations: 3, parallelism: 1, salt };
}

/** The key of a passphrase. Throws `FileUnsupported` for parameters that no sane writer has chosen, `StorageFailed` over plain http. */
export async function passphraseKey(
  passphrase: string,
  derivation: KeyDerivation,
  derive: DeriveKey,
): Promise<CryptoKey> {
  const { algorithm, memoryKiB, iterations, parallelism, salt } = derivation;
  const bounded = memoryKiB >= 8 && memoryKiB <= 2 ** 20 && iterations >= 1 && iterations <= 16 && parallelism === 1;
  if ((algorithm as string) !== 'argon2id' || !bounded || salt.length < 8 || salt.length > 64) {
    throw new EngineError('FileUnsupported', {
      what: 'The way from the passphrase to the key is not one that this page goes',
      expected: 'Argon2id with at most 1 GiB, 16 passes and one lane',
      got: `${algorithm} with ${memoryKiB} KiB, ${iterations} passes and ${parallelism} lanes`,
      remedy: 'Open it with the Freehold that wrote it.',
    });
  }
  if ((crypto.subtle as SubtleCrypto | undefined) === undefined) {
    throw new EngineError('StorageFailed', {
      what: 'Over plain http browsers give a page no encryption',
      remedy: 'Open it where the address begins with https://, or on this computer as localhost.',
    });
  }
  // Two keyboards may write one letter in two ways.
  const bytes = await derive(passphrase.normalize('NFKC'), derivation);
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
