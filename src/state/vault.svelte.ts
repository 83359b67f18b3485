/**
 * The vault: whether chats are kept encrypted, and whether they can be read now. Locking reloads the page, which forgets the
 * key, the chats, the search and what the engine was told, all at once.
 */
import { EngineError } from '../../workers/protocol/errors.ts';
import { ChatDatabase, type Contents, type Snapshot } from '../chats/chat-database.ts';
import { ChatsInMemory, type ChatStore } from '../chats/chat-store.ts';
import type { DeriveKey } from '../chats/vault/passphrase-key.ts';
import type { OpenVault } from '../chats/vault/vault.ts';
import { readStored, writeStored } from '../lib/stored.ts';

/** `none`: this browser keeps nothing that could be locked away. */
export type VaultPhase = 'unknown' | 'none' | 'off' | 'locked' | 'open';

/** After how many minutes without use the vault may lock. */
export const LOCK_MINUTES = [5, 15, 30, 60] as const;

const CHANNEL_NAME = 'freehold-vault';
const IDLE_CHECK_MS = 5000;
/** Another tab may write while everything is sealed; then it is sealed anew. */
const TRIES = 5;

/** What the vault does to the page's chats. */
interface VaultedChats {
  settled(): Promise<void>;
  keepDraft(): void;
  changeStore(make: () => Promise<ChatStore>): Promise<void>;
}

/** The vault as state. Wrong passphrases are values; what fails otherwise rejects. */
export class VaultState {
  phase = $state.raw<VaultPhase>('unknown');
  /** Minutes without use after which it locks; `null`: never. */
  lockAfter = $state.raw<number | null>(keptMinutes());

  readonly #chats: VaultedChats;
  readonly #derive: DeriveKey;
  readonly #onDamaged: (error: EngineError) => void;
  readonly #reload: () => void;
  #database: ChatDatabase | null = null;
  #vault: OpenVault | null = null;
  #giveStore: ((store: ChatStore) => void) | null = null;
  #channel: BroadcastChannel | null = null;
  #usedAt = Date.now();

  constructor(
    chats: VaultedChats,
    derive: DeriveKey,
    onDamaged: (error: EngineError) => void,
    reload: () => void = reloadPage,
  ) {
    this.#chats = chats;
    this.#derive = derive;
    this.#onDamaged = onDamaged;
    this.#reload = reload;
  }

  /** The store of chats; while the vault is locked, not before it is unlocked. */
  async openStore(): Promise<ChatStore> {
    const database = await ChatDatabase.open();
    if (database === null) {
      this.phase = 'none';
      return new ChatsInMemory();
    }
    this.#database = database;
    this.#channel = new BroadcastChannel(CHANNEL_NAME);
    this.#channel.onmessage = this.#reload;
    if ((await database.vault()) === null) {
      this.phase = 'off';
      return database.plain();
    }
    this.phase = 'locked';
    return new Promise((resolve) => (this.#giveStore = resolve));
  }

  /** Opens the vault; false for a wrong passphrase. */
  async unlock(passphrase: string): Promise<boolean> {
    const record = await this.#opened().vault();
    if (record === null) {
      this.#reload();
      return true;
    }
    const { openVault } = await import('../chats/vault/vault.ts');
    const vault = await openVault(record, passphrase, this.#derive);
    if (vault === null) return false;
    this.#giveStore?.(await this.#storeOf(vault));
    return true;
  }

  /** Encrypts every chat, and from now on whatever comes. */
  async turnOn(passphrase: string): Promise<void> {
    const { createVault } = await import('../chats/vault/vault.ts');
    const { sealAll } = await import('../chats/vault/vault-store.ts');
    const vault = await createVault(passphrase, this.#derive);
    await this.#chats.changeStore(async () => {
      await this.#exchange(async (snapshot) => {
        if (snapshot.vault !== null) throw turnedElsewhere();
        return { vault: vault.record, ...(await sealAll(vault.cipher, snapshot)) };
      });
      return this.#storeOf(vault);
    });
    writeStored('conversation', null);
    this.#channel?.postMessage('changed');
  }

  /** Keeps every chat in the clear again. */
  async turnOff(): Promise<void> {
    const { cipher, record } = this.#unlocked();
    const { openAll } = await import('../chats/vault/vault-store.ts');
    await this.#chats.changeStore(async () => {
      await this.#exchange(async (snapshot) => {
        if (snapshot.vault === null || snapshot.vault.id !== record.id) throw turnedElsewhere();
        return { vault: null, ...(await openAll(cipher, snapshot)) };
      });
      this.#vault = null;
      this.phase = 'off';
      return this.#opened().plain();
    });
    this.#channel?.postMessage('changed');
  }

  /** Puts another passphrase in place of this one; false if this one is wrong. */
  async changePassphrase(passphrase: string, next: string): Promise<boolean> {
    const { changePassphrase } = await import('../chats/vault/vault.ts');
    const { record, cipher } = this.#unlocked();
    const kept = (await this.#opened().vault()) ?? record;
    const changed = await changePassphrase(kept, passphrase, next, this.#derive);
    if (changed === null) return false;
    if (!(await this.#opened().replaceVault(changed))) throw turnedElsewhere();
    this.#vault = { record: changed, cipher };
    return true;
  }

  /** Locks every tab, once what was written is kept. */
  async lock(): Promise<void> {
    this.#channel?.postMessage('locked');
    await this.#lockHere();
  }

  /** Deletes all chats, and the vault with them; no passphrase is needed for that. */
  async wipe(): Promise<void> {
    await this.#opened().clear();
    writeStored('chat', null);
    writeStored('draft', null);
    this.#channel?.postMessage('wiped');
    this.#reload();
  }

  /** Locks after so many minutes without use from now on. */
  setLockAfter(minutes: number | null): void {
    this.lockAfter = minutes;
    writeStored('lockAfter', minutes);
  }

  /** Looks from now on whether the page is used, and locks when it was not for too long and is not at work. */
  watch(isBusy: () => boolean): void {
    for (const event of ['pointerdown', 'keydown', 'wheel', 'touchmove'])
      addEventListener(event, () => (this.#usedAt = Date.now()), { passive: true, capture: true });
    setInterval(() => {
      if (isBusy()) this.#usedAt = Date.now();
      else if (this.phase === 'open' && this.lockAfter !== null && Date.now() - this.#usedAt > this.lockAfter * 60_000)
        void this.#lockHere();
    }, IDLE_CHECK_MS);
  }

  async #lockHere(): Promise<void> {
    this.phase = 'locked';
    this.#chats.keepDraft();
    await this.#chats.settled();
    this.#reload();
  }

  async #exchange(contents: (snapshot: Snapshot) => Promise<Contents>): Promise<void> {
    const database = this.#opened();
    for (let tries = 0; tries < TRIES; tries++) {
      const snapshot = await database.snapshot();
      if (await database.exchange(snapshot, await contents(snapshot))) return;
    }
    throw new EngineError('StorageFailed', {
      what: 'Your chats could not be changed over, for another tab keeps writing',
      remedy: 'Close the other tabs of this page and try again.',
    });
  }

  async #storeOf(vault: OpenVault): Promise<ChatStore> {
    const { VaultStore } = await import('../chats/vault/vault-store.ts');
    this.#vault = vault;
    this.phase = 'open';
    return new VaultStore(this.#opened().sealed(vault.record), vault.cipher, (count) => {
      this.#onDamaged(
        new EngineError('StorageFailed', {
          what:
            count === 1 ? 'One record in the vault cannot be opened' : `${count} records in the vault cannot be opened`,
          expected: 'what this page wrote',
          got: 'other bytes',
          remedy: 'The rest is there; a backup may have what is missing.',
        }),
      );
    });
  }

  #opened(): ChatDatabase {
    if (this.#database === null) throw turnedElsewhere();
    return this.#database;
  }

  #unlocked(): OpenVault {
    if (this.#vault === null) throw turnedElsewhere();
    return this.#vault;
  }
}

/** Without the panel that is open: it would cover the place for the passphrase. */
function reloadPage(): void {
  history.replaceState(null, '', '#/');
  location.reload();
}

function keptMinutes(): number | null {
  const kept = readStored('lockAfter');
  return LOCK_MINUTES.find((minutes) => minutes === kept) ?? null;
}

function turnedElsewhere(): EngineError {
  return new EngineError('StorageFailed', {
    what: 'The vault is not as this page knew it',
    expected: 'no change by another tab',
    remedy: 'Reload this page and try again.',
  });
}
