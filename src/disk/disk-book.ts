/** Handles of model files that stay where they are on a person's disk, in a database of their own. No byte of a model is here. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ModelSummary } from '../../workers/protocol/model.ts';

/** A file as it was when it was chosen. */
export interface DiskFile {
  readonly handle: FileSystemFileHandle;
  readonly fileName: string;
  readonly byteLength: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** A model on the disk. */
export interface DiskModel {
  readonly id: string;
  readonly summary: ModelSummary;
  /** In the order in which they are the model's. */
  readonly files: readonly DiskFile[];
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

interface DiskSchema extends DBSchema {
  models: { key: string; value: DiskModel };
}

/** Deleting everything finds it by how it begins. */
const DATABASE = 'freehold-disk';

/** The database, open. Methods reject with what the browser gives as the reason. */
export class DiskBook {
  readonly #database: IDBPDatabase<DiskSchema>;

  private constructor(database: IDBPDatabase<DiskSchema>) {
    this.#database = database;
  }

  /** Opens it, and makes it where there was none. */
  static async open(): Promise<DiskBook> {
    const database = await openDB<DiskSchema>(DATABASE, 1, {
      upgrade(created) {
        created.createObjectStore('models', { keyPath: 'id' });
      },
      // Another tab deletes everything, or has a newer form: it must not wait for this one.
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
      },
    });
    return new DiskBook(database);
  }

  /** Newest first. */
  async all(): Promise<readonly DiskModel[]> {
    return (await this.#database.getAll('models')).sort((a, b) => b.addedAt - a.addedAt);
  }

  /** Keeps a model's handles, in place of those that it had. */
  async put(model: DiskModel): Promise<void> {
    await this.#database.put('models', model);
  }

  /** Forgets a model's handles; its files stay as they are. */
  async forget(id: string): Promise<void> {
    await this.#database.delete('models', id);
  }

  /** Lets the database go. */
  close(): void {
    this.#database.close();
  }
}
