/**
 * A file under a passphrase: one line of JSON that says how the key is made, and behind it the sealed bytes. The line itself
 * is sealed in as additional data: with anything else in it the bytes do not open.
 *
 *     {"format":"freehold-locked","version":1,"derivation":{…,"salt":hex}}\n<12 bytes of nonce><AES-GCM of the text in UTF-8>
 */
import type { KeyDerivation } from '../../../workers/protocol/passphrase.ts';
import { describe, isObject, refuse } from '../import/facts.ts';
import { type DeriveKey, newDerivation, passphraseKey } from '../vault/passphrase-key.ts';
import { openBytes, sealBytes } from '../vault/sealed.ts';

const FORMAT = 'freehold-locked';
const VERSION = 1;
const BEGINNING = `{"format":"${FORMAT}"`;
const LONGEST_LINE = 4096;

/** Whether a file begins as one under a passphrase does. */
export async function isLocked(file: Blob): Promise<boolean> {
  return (await file.slice(0, BEGINNING.length).text()) === BEGINNING;
}

/** A text under a passphrase. */
export async function lockText(
  text: string,
  passphrase: string,
  derive: DeriveKey,
  derivation: KeyDerivation = newDerivation(),
): Promise<Blob> {
  const { salt, ...parameters } = derivation;
  const line = JSON.stringify({
    format: FORMAT,
    version: VERSION,
    derivation: { ...parameters, salt: toHex(salt) },
  });
  const key = await passphraseKey(passphrase, derivation, derive);
  const { nonce, bytes } = await sealBytes(key, line, new TextEncoder().encode(text));
  return new Blob([`${line}\n`, nonce, bytes], { type: 'application/octet-stream' });
}

/** The text; `null` for a wrong passphrase or a file that was changed. Throws `FileMalformed` for another form. */
export async function unlockText(file: Blob, passphrase: string, derive: DeriveKey): Promise<string | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const end = bytes.subarray(0, LONGEST_LINE).indexOf(0x0a);
  if (end === -1) throw malformed('a first line of JSON', 'none');
  const line = new TextDecoder().decode(bytes.subarray(0, end));
  const derivation = readLine(line);
  const nonce = bytes.slice(end + 1, end + 13);
  if (nonce.length < 12) throw malformed('encrypted bytes behind the first line', `${nonce.length} bytes`);
  const key = await passphraseKey(passphrase, derivation, derive);
  const text = await openBytes(key, line, { nonce, bytes: bytes.slice(end + 13) });
  return text === null ? null : new TextDecoder().decode(text);
}

function readLine(line: string): KeyDerivation {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    throw malformed('a first line of JSON', 'something else');
  }
  if (!isObject(head) || head.version !== VERSION)
    throw malformed(`version ${VERSION}`, describe(isObject(head) ? head.version : head));
  const { derivation } = head;
  if (!isObject(derivation)) throw malformed('how the key is made', describe(derivation));
  const { algorithm, memoryKiB, iterations, parallelism, salt } = derivation;
  const numbers = [memoryKiB, iterations, parallelism].every((value) => Number.isSafeInteger(value));
  if (algorithm !== 'argon2id' || !numbers || typeof salt !== 'string' || !/^(?:[0-9a-f]{2}){8,64}$/u.test(salt))
    throw malformed('Argon2id with whole numbers and a salt', JSON.stringify(derivation).slice(0, 200));
  return {
    algorithm,
    memoryKiB: memoryKiB as number,
    iterations: iterations as number,
    parallelism: parallelism as number,
    salt: Uint8Array.from(salt.match(/../gu)!, (byte) => Number.parseInt(byte, 16)),
  };
}

function malformed(expected: string, got: string): Error {
  return refuse('This locked file cannot be read', expected, got, 'Choose the file as Freehold saved it.');
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
