import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { argon2id } from 'hash-wasm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyDerivation } from '../../../workers/protocol/passphrase.ts';
import { lockText, unlockText, isLocked } from '../backup/locked-file.ts';
import { ChatDatabase } from '../chat-database.ts';
import { chat, message } from '../testing/samples.ts';
import { newDerivation, passphraseKey } from './passphrase-key.ts';
import { changePassphrase, createVault, openVault } from './vault.ts';
import { openAll, sealAll, VaultStore } from './vault-store.ts';

/** As the worker does it. */
const derive = async (password: string, { memoryKiB, iterations, parallelism, salt }: KeyDerivation) =>
  new Uint8Array(
    await argon2id({
      password,
      salt,
      iterations,
      parallelism,
      memorySize: memoryKiB,
      hashLength: 32,
      outputType: 'binary',
    }),
  );
/** As little as Argon2 takes, for tests that are about something else. */
const quick = (): KeyDerivation => ({ ...newDerivation(), memoryKiB: 8, iterations: 1 });

const SECRET = 'aardvark';
const CHATS = [chat('a', { title: SECRET, firstLine: SECRET, draft: SECRET }), chat('b')];
const FOLDERS = [{ id: 'f', name: SECRET, createdAt: 1 }];
const MESSAGES = [
  message('1', null, { chatId: 'a', content: SECRET }),
  message('2', '1', { chatId: 'a', content: 'x' }),
];
const RECORDS = { chats: CHATS, folders: FOLDERS, messages: MESSAGES };

/** All that IndexedDB holds, as text; bytes as the text that they would be. */
async function everything(): Promise<string> {
  const snapshot = await (await ChatDatabase.open())!.snapshot();
  return JSON.stringify(snapshot, (_, value: unknown) =>
    value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value,
  );
}

/** A database with the records, and the vault turned on. */
async function vaulted() {
  const database = (await ChatDatabase.open())!;
  await database.plain().change(RECORDS);
  const vault = await createVault('open sesame', derive, quick());
  const snapshot = await database.snapshot();
  if (snapshot.vault !== null) throw new Error('a new database has a vault');
  expect(await database.exchange(snapshot, { vault: vault.record, ...(await sealAll(vault.cipher, snapshot)) })).toBe(
    true,
  );
  const damaged: number[] = [];
  const store = new VaultStore(database.sealed(vault.record), vault.cipher, (count) => damaged.push(count));
  return { database, vault, store, damaged };
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

describe('a passphrase’s key', () => {
  it('takes the memory and passes of RFC 9106’s second option', () => {
    expect(newDerivation()).toMatchObject({ algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 1 });
    expect(newDerivation().salt).toHaveLength(16);
    expect(newDerivation().salt).not.toEqual(newDerivation().salt);
  });

  it.each([
    ['another algorithm', { algorithm: 'pbkdf2' }],
    ['all the memory there is', { memoryKiB: 2 ** 30 }],
    ['passes without end', { iterations: 1e9 }],
    ['no pass', { iterations: 0 }],
    ['no number', { memoryKiB: Number.NaN }],
    ['lanes', { parallelism: 4 }],
    ['no salt', { salt: new Uint8Array(0) }],
  ])('is not made with %s', async (_name, change) => {
    await expect(passphraseKey('x', { ...quick(), ...change } as KeyDerivation, derive)).rejects.toThrow(
      /expected Argon2id/u,
    );
  });

  it('is one for both ways to write a letter', async () => {
    const { record } = await createVault('caf\u00e9 au lait', derive, quick());
    expect(await openVault(record, 'cafe\u0301 au lait', derive)).not.toBeNull();
  });
});

describe('the vault', () => {
  it('gives back what was there, and holds nothing of it in the clear', async () => {
    expect(await everything()).not.toContain(SECRET);
    const { store } = await vaulted();
    expect(await everything()).not.toContain(SECRET);
    expect(await store.chats()).toEqual(CHATS);
    expect(await store.folders()).toEqual(FOLDERS);
    expect(await store.allMessages()).toEqual(MESSAGES);
    expect(await store.messages('b')).toEqual([]);
    expect(store.sealed).toBe(true);
  });

  it('seals what is written, each time with another nonce', async () => {
    const { store, database } = await vaulted();
    const first = (await database.snapshot()).messages[0];
    await store.change({ messages: MESSAGES, removedChats: ['b'] });
    const second = (await database.snapshot()).messages[0];
    expect(second).toMatchObject({ id: '1', chatId: 'a' });
    expect(Object.keys(second!).sort()).toEqual(['bytes', 'chatId', 'id', 'nonce']);
    expect((second as unknown as { nonce: Uint8Array }).nonce).not.toEqual(
      (first as unknown as { nonce: Uint8Array }).nonce,
    );
    expect((await store.chats()).map(({ id }) => id)).toEqual(['a']);
    expect(await everything()).not.toContain(SECRET);
  });

  it('opens with its passphrase and no other, and with the new one after a change, which writes no record', async () => {
    const { vault, database, store } = await vaulted();
    expect(await openVault(vault.record, 'open sesame!', derive)).toBeNull();
    const before = (await database.snapshot()).messages;
    expect(await changePassphrase(vault.record, 'wrong', 'next', derive, quick())).toBeNull();
    const changed = (await changePassphrase(vault.record, 'open sesame', 'next word', derive, quick()))!;
    expect(await database.replaceVault(changed)).toBe(true);
    expect((await database.snapshot()).messages).toEqual(before);
    const kept = (await database.vault())!;
    expect(await openVault(kept, 'open sesame', derive)).toBeNull();
    const again = (await openVault(kept, 'next word', derive))!;
    expect(await new VaultStore(database.sealed(kept), again.cipher, () => undefined).chats()).toEqual(
      await store.chats(),
    );
  });

  it('passes over a record that was changed or put in another’s place', async () => {
    const { store, database, vault, damaged } = await vaulted();
    const sealed = database.sealed(vault.record);
    const [one, two] = await sealed.messages('a');
    const bytes = one!.bytes.slice();
    bytes[0]! ^= 1;
    await sealed.change({
      messages: [
        { ...one!, bytes },
        { ...one!, id: '2' },
        { ...two!, id: '3', chatId: 'b' },
      ],
    });
    expect(await store.allMessages()).toEqual([]);
    expect(damaged).toEqual([3]);
    await expect(
      openAll(vault.cipher, { chats: [], folders: [], messages: await sealed.allMessages() }),
    ).rejects.toThrow('The vault stays on: expected 3 records that can be opened, got 0.');
  });

  it('is turned on and off all or nothing', async () => {
    const { database, vault, store } = await vaulted();
    const snapshot = await database.snapshot();
    const broken = [{ ...message('1', null), content: () => undefined } as never];
    await expect(database.exchange(snapshot, { vault: null, ...RECORDS, messages: broken })).rejects.toThrow();
    expect(await store.allMessages()).toEqual(MESSAGES);
    expect((await database.vault())!.id).toBe(vault.record.id);
    expect(await database.exchange(snapshot, { vault: null, ...RECORDS })).toBe(true);
    expect(await database.plain().allMessages()).toEqual(MESSAGES);
    expect(await database.vault()).toBeNull();
  });

  it('is not turned on over what was written in between', async () => {
    const database = (await ChatDatabase.open())!;
    const snapshot = await database.snapshot();
    await database.plain().change(RECORDS);
    const { record } = await createVault('open sesame', derive, quick());
    expect(await database.exchange(snapshot, { vault: record, chats: [], folders: [], messages: [] })).toBe(false);
    expect(await database.plain().chats()).toEqual(CHATS);
    expect(await database.vault()).toBeNull();
  });

  it('takes nothing from a tab that has not noticed', async () => {
    const { database, vault } = await vaulted();
    await expect(database.plain().change({ chats: [chat('c', { title: SECRET })] })).rejects.toThrow(
      'turned on or off in another tab',
    );
    expect(await everything()).not.toContain(SECRET);
    await database.clear();
    await expect(database.sealed(vault.record).change({ removedChats: ['a'] })).rejects.toThrow('another tab');
    expect((await database.snapshot()).chats).toEqual([]);
  });
});

describe('a file under a passphrase', () => {
  it('opens with it alone', async () => {
    const file = await lockText(`{"a":"${SECRET}"}`, 'open sesame', derive, quick());
    expect(await isLocked(file)).toBe(true);
    expect(await isLocked(new Blob(['{"format":"freehold-backup"}']))).toBe(false);
    expect(await file.text()).not.toContain(SECRET);
    expect(await unlockText(file, 'open sesame', derive)).toBe(`{"a":"${SECRET}"}`);
    expect(await unlockText(file, 'open sesam', derive)).toBeNull();
  });

  it('does not open when any of it was changed', async () => {
    const file = new Uint8Array(await (await lockText(SECRET, 'open sesame', derive, quick())).arrayBuffer());
    for (const at of [file.length - 1, file.length - 20, file.length - 30]) {
      const changed = file.slice();
      changed[at]! ^= 1;
      expect(await unlockText(new Blob([changed]), 'open sesame', derive)).toBeNull();
    }
    expect(await unlockText(new Blob([file.slice(0, -1)]), 'open sesame', derive)).toBeNull();
  });

  it.each([
    ['no line', 'x'],
    ['no JSON', 'x\n'],
    ['no object', '[]\n'],
    ['another version', '{"version":2}\n'],
    ['no derivation', '{"version":1}\n'],
    [
      'an odd salt',
      '{"version":1,"derivation":{"algorithm":"argon2id","memoryKiB":8,"iterations":1,"parallelism":1,"salt":"abc"}}\n',
    ],
    [
      'nothing behind the line',
      '{"version":1,"derivation":{"algorithm":"argon2id","memoryKiB":8,"iterations":1,"parallelism":1,"salt":"0011223344556677"}}\n',
    ],
  ])('is refused with %s', async (_name, text) => {
    await expect(unlockText(new Blob([text]), 'x', derive)).rejects.toThrow(/: expected .+, got .+\. Choose/u);
  });
});
