/** The contract with the worker that makes a key of a passphrase. */

/** How a key is made of a passphrase: Argon2id (RFC 9106), version 1.3. */
export interface KeyDerivation {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
  /** 16 random bytes. */
  readonly salt: Uint8Array<ArrayBuffer>;
}

/** What the worker does. */
export interface PassphraseApi {
  /** 32 bytes of key; takes its time and memory by design. */
  derive(passphrase: string, derivation: KeyDerivation): Promise<Uint8Array<ArrayBuffer>>;
}
