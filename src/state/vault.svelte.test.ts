import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { argon2id } from 'hash-wasm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyDerivation } from '../../workers/protocol/passphrase.ts';
import { ChatDatabase } from '../chats/chat-database.ts';
import { message } from '../chats/testing/samples.ts';
import { readStored } from '../lib/stored.ts';
import { ChatsState } from './chats.svelte.ts';
import { Undo } from './undo.svelte.ts';
import { VaultState } from './vault.svelte.ts';

const derive = async (password: string, { salt }: KeyDerivation) =>
  new Uint8Array(
    await argon2id({
      password,
      salt,
      iterations: 1,
      parallelism: 1,
      memorySize: 8,
      hashLength: 32,
      outputType: 'binary',
    }),
  );

let stored: Map<string, string>;
let listeners: Map<string, () => void>;

beforeEach(() => {
  stored = new Map();
  listeners = new Map();
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('addEventListener', (event: string, listener: () => void) => listeners.set(event, listener));
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  // Tabs of one test must not reload those of another.
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      onmessage = null;
      postMessage = vi.fn();
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
});

/** A page; `ready` once it shows chats. */
function open() {
  const failures: unknown[] = [];
  const reload = vi.fn();
  const chats = new ChatsState(new Undo(), (error) => failures.push(error));
  const vault = new VaultState(chats, derive, (error) => failures.push(error), reload);
  const ready = chats.start(() => vault.openStore());
  return { chats, vault, ready, reload, failures };
}

/** A page with a chat of one message, typed text, and the vault on. */
async function openWithVault() {
  const page = open();
  await page.ready;
  const { id } = page.chats.ensure('aardvark');
  page.chats.add(message('m', null, { chatId: id, content: 'aardvark' }));
  await page.vault.turnOn('open sesame');
  return page;
}

async function everythingKept(): Promise<string> {
  const snapshot = await (await ChatDatabase.open())!.snapshot();
  const text = (_: string, value: unknown) =>
    value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value;
  return JSON.stringify([...stored]) + JSON.stringify(snapshot, text);
}

describe('VaultState', () => {
  it('is off at first, and of no use where nothing is kept', async () => {
    const { vault, ready } = open();
    await ready;
    expect(vault.phase).toBe('off');
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new Error('not here');
      },
    });
    const private_ = open();
    await private_.ready;
    expect(private_.vault.phase).toBe('none');
  });

  it('encrypts what is there and what comes', async () => {
    const { chats, vault, failures } = await openWithVault();
    expect(vault.phase).toBe('open');
    chats.type('baboon');
    chats.keepDraft();
    chats.begin();
    chats.type('cheetah');
    chats.keepDraft();
    await chats.settled();
    expect(await everythingKept()).not.toMatch(/aardvark|baboon|cheetah/u);
    expect(chats.list).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('shows nothing before it is unlocked, and then everything', async () => {
    const before = await openWithVault();
    await before.chats.settled();
    const { chats, vault, ready, failures } = open();
    await vi.waitUntil(() => vault.phase === 'locked');
    expect(chats.list).toEqual([]);
    expect(await vault.unlock('open says me')).toBe(false);
    expect(vault.phase).toBe('locked');
    expect(await vault.unlock('open sesame')).toBe(true);
    await ready;
    expect(vault.phase).toBe('open');
    expect(chats.path.map(({ content }) => content)).toEqual(['aardvark']);
    expect(failures).toEqual([]);
  });

  it('keeps what is written while it is being turned on', async () => {
    const page = open();
    await page.ready;
    const { id } = page.chats.ensure('first');
    page.chats.add(message('1', null, { chatId: id, content: 'first' }));
    const turning = page.vault.turnOn('open sesame');
    page.chats.add(message('2', '1', { chatId: id, content: 'second' }));
    await turning;
    page.chats.add(message('3', '2', { chatId: id, content: 'third' }));
    const { messages } = (await page.chats.kept.collection()).chats[0]!;
    expect(messages.map(({ content }) => content).sort()).toEqual(['first', 'second', 'third']);
    expect(await everythingKept()).not.toMatch(/first|second|third/u);
    expect(page.failures).toEqual([]);
  });

  it('gives way to another passphrase, and can be turned off', async () => {
    const { vault, chats } = await openWithVault();
    expect(await vault.changePassphrase('wrong', 'another word')).toBe(false);
    expect(await vault.changePassphrase('open sesame', 'another word')).toBe(true);
    const next = open();
    await vi.waitUntil(() => next.vault.phase === 'locked');
    expect(await next.vault.unlock('open sesame')).toBe(false);
    expect(await next.vault.unlock('another word')).toBe(true);
    await vault.turnOff();
    expect(vault.phase).toBe('off');
    chats.type('in the clear');
    chats.keepDraft();
    await chats.settled();
    expect(await everythingKept()).toMatch(/aardvark.*in the clear/u);
  });

  it('locks by reloading, once everything is kept', async () => {
    const { vault, chats, reload } = await openWithVault();
    chats.type('a draft');
    await vault.lock();
    expect(vault.phase).toBe('locked');
    expect(reload).toHaveBeenCalledOnce();
    const next = open();
    await vi.waitUntil(() => next.vault.phase === 'locked');
    await next.vault.unlock('open sesame');
    await next.ready;
    expect(next.chats.draft).toBe('a draft');
  });

  it('wipes without the passphrase', async () => {
    await openWithVault();
    const { vault, reload } = open();
    await vi.waitUntil(() => vault.phase === 'locked');
    await vault.wipe();
    expect(reload).toHaveBeenCalledOnce();
    expect(readStored('chat')).toBeNull();
    const next = open();
    await next.ready;
    expect(next.vault.phase).toBe('off');
    expect(next.chats.list).toEqual([]);
  });

  it('locks by itself after minutes without use, and not while it is at work', async () => {
    const { vault, reload } = await openWithVault();
    vi.useFakeTimers({ toFake: ['setInterval', 'Date'] });
    let busy = true;
    vault.setLockAfter(5);
    expect(readStored('lockAfter')).toBe(5);
    vault.watch(() => busy);
    await vi.advanceTimersByTimeAsync(6 * 60_000);
    busy = false;
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    listeners.get('keydown')!();
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(vault.phase).toBe('open');
    await vi.advanceTimersByTimeAsync(70_000);
    expect(vault.phase).toBe('locked');
    vi.useRealTimers();
    await vi.waitUntil(() => reload.mock.calls.length === 1);
  });
});
