/** A person's folder as the File System Access API shows it, in memory: what is written shows when it is closed. */
import type { FileTarget, FolderTarget, WritableTarget } from '../../workers/protocol/export.ts';

/** A disk that fails. */
export interface DiskFault {
  /** How many bytes may still be written. */
  bytesLeft: number;
}

/** A file; `null` before anything was written to it and closed, where `create` made it. */
export class FakeFile implements FileTarget {
  bytes: Uint8Array<ArrayBuffer>;
  isRemoved = false;
  readonly #fault: DiskFault;

  constructor(bytes = new Uint8Array(0), fault: DiskFault = { bytesLeft: Infinity }) {
    this.bytes = bytes;
    this.#fault = fault;
  }

  getFile(): Promise<Blob> {
    return Promise.resolve(new Blob([this.bytes]));
  }

  createWritable(): Promise<WritableTarget> {
    const written: Uint8Array<ArrayBuffer>[] = [];
    return Promise.resolve({
      write: async (data: object | string) => {
        const bytes =
          typeof data === 'string'
            ? new TextEncoder().encode(data)
            : new Uint8Array(await (data as Blob).arrayBuffer());
        this.#fault.bytesLeft -= bytes.length;
        if (this.#fault.bytesLeft < 0) throw new DOMException('no room', 'QuotaExceededError');
        written.push(bytes);
      },
      close: () => {
        this.bytes = new Uint8Array(Buffer.concat(written));
        return Promise.resolve();
      },
      abort: () => Promise.resolve(),
    });
  }

  remove(): Promise<void> {
    this.isRemoved = true;
    return Promise.resolve();
  }
}

/** A folder. */
export class FakeFolder implements FolderTarget {
  readonly entries = new Map<string, FakeFile | FakeFolder>();
  readonly fault: DiskFault;

  constructor(fault: DiskFault = { bytesLeft: Infinity }) {
    this.fault = fault;
  }

  /** What lies in it and below, with paths divided by "/". */
  files(folder = ''): [path: string, file: FakeFile][] {
    return [...this.entries].flatMap(([name, entry]) =>
      entry instanceof FakeFile
        ? [[`${folder}${name}`, entry] satisfies [string, FakeFile]]
        : entry.files(`${folder}${name}/`),
    );
  }

  getFileHandle(name: string, { create = false } = {}): Promise<FakeFile> {
    return this.#get(name, FakeFile, create, () => new FakeFile(undefined, this.fault));
  }

  getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    return this.#get(name, FakeFolder, create, () => new FakeFolder(this.fault));
  }

  removeEntry(name: string): Promise<void> {
    this.entries.delete(name);
    return Promise.resolve();
  }

  async #get<T extends FakeFile | FakeFolder>(
    name: string,
    kind: abstract new (...given: never[]) => T,
    create: boolean,
    make: () => T,
  ): Promise<T> {
    await Promise.resolve();
    if (name === '' || name.includes('/')) throw new TypeError('Name is not allowed.');
    const found = this.entries.get(name);
    if (found instanceof kind) return found;
    if (found !== undefined) throw new DOMException('It is of another kind', 'TypeMismatchError');
    if (!create) throw new DOMException('It is not there', 'NotFoundError');
    const made = make();
    this.entries.set(name, made);
    return made;
  }
}
