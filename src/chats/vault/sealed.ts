/** Bytes sealed with AES-GCM: a fresh random 96-bit nonce each time, and what they are for as additional data. */

/** Encrypted bytes with the authentication tag at their end. */
export interface SealedBytes {
  /** 12 bytes. */
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Seals bytes for one purpose. A key may seal 2³² times (NIST SP 800-38D, 8.3): a write a second for 136 years. */
export async function sealBytes(key: CryptoKey, purpose: string, bytes: Uint8Array<ArrayBuffer>): Promise<SealedBytes> {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(algorithm(nonce, purpose), key, bytes);
  return { nonce, bytes: new Uint8Array(sealed) };
}

/** The bytes; `null` for another key, another purpose, or bytes that were changed. */
export async function openBytes(
  key: CryptoKey,
  purpose: string,
  { nonce, bytes }: SealedBytes,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm(nonce, purpose), key, bytes));
  } catch {
    return null;
  }
}

function algorithm(nonce: Uint8Array<ArrayBuffer>, purpose: string): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: new TextEncoder().encode(purpose), tagLength: 128 };
}
