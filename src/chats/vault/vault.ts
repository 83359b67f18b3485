/**
 * The vault's keys. Records are sealed with a random data key; that key is wrapped by the passphrase's, so that another
 * passphrase needs another wrapping and no record is written again. Without the passphrase there is no way in.
 */
import type { KeyDerivation } from '../../../workers/protocol/passphrase.ts';
import { newId } from '../../lib/new-id.ts';
import { type DeriveKey, newDerivation, passphraseKey } from './passphrase-key.ts';
import { RecordCipher } from './record-cipher.ts';
import { openBytes, type SealedBytes, sealBytes } from './sealed.ts';

/** What is kept of a vault in the clear, beside the records. */
export interface VaultRecord {
  readonly version: 1;
  /** Ties each record to this vault. */
  readonly id: string;
  readonly derivation: KeyDerivation;
  readonly wrappedKey: SealedBytes;
}

/** A vault that is open. */
export interface OpenVault {
  readonly record: VaultRecord;
  readonly cipher: RecordCipher;
}

/** A new vault under a passphrase. */
export async function createVault(
  passphrase: string,
  derive: DeriveKey,
  derivation: KeyDerivation = newDerivation(),
): Promise<OpenVault> {
  const id = newId();
  const dataKey = crypto.getRandomValues(new Uint8Array(32));
  const record = await wrap(id, dataKey, passphrase, derive, derivation);
  return { record, cipher: await RecordCipher.from(id, dataKey) };
}

/** The vault of a record; `null` for a wrong passphrase. */
export async function openVault(record: VaultRecord, passphrase: string, derive: DeriveKey): Promise<OpenVault | null> {
  const dataKey = await unwrap(record, passphrase, derive);
  return dataKey === null ? null : { record, cipher: await RecordCipher.from(record.id, dataKey) };
}

/** The same vault under another passphrase; `null` if the one of now is wrong. */
export async function changePassphrase(
  record: VaultRecord,
  passphrase: string,
  next: string,
  derive: DeriveKey,
  derivation: KeyDerivation = newDerivation(),
): Promise<VaultRecord | null> {
  const dataKey = await unwrap(record, passphrase, derive);
  return dataKey === null ? null : wrap(record.id, dataKey, next, derive, derivation);
}

async function wrap(
  id: string,
  dataKey: Uint8Array<ArrayBuffer>,
  passphrase: string,
  derive: DeriveKey,
  derivation: KeyDerivation,
): Promise<VaultRecord> {
  const key = await passphraseKey(passphrase, derivation, derive);
  return { version: 1, id, derivation, wrappedKey: await sealBytes(key, purposeOf(id), dataKey) };
}

async function unwrap(
  record: VaultRecord,
  passphrase: string,
  derive: DeriveKey,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const key = await passphraseKey(passphrase, record.derivation, derive);
  return openBytes(key, purposeOf(record.id), record.wrappedKey);
}

function purposeOf(id: string): string {
  return `freehold vault 1 key ${id}`;
}
