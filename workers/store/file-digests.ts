/**
 * SHA-256 of each file of a model while its bytes come in end to end, held to what was promised: the hub's SHA-256, or
 * the MD5 that an MLC list gives for its shards. MD5 proves nothing against a forger, but finds broken downloads.
 */
import { createMD5, createSHA256 } from 'hash-wasm';
import type { IHasher } from 'hash-wasm';
import { EngineError } from '../protocol/errors.ts';

/** A file as it should arrive. Digests are lower-case hex, `null` where nobody promises one. */
export interface ExpectedFile {
  readonly fileName: string;
  readonly byteLength: number;
  readonly sha256: string | null;
  readonly md5: string | null;
}

/** A file that is not what was promised, and where it lies in the whole. */
export class DamagedFile extends Error {
  readonly verdict: EngineError;
  readonly start: number;
  readonly end: number;

  constructor(verdict: EngineError, start: number, end: number) {
    super(verdict.message);
    this.verdict = verdict;
    this.start = start;
    this.end = end;
  }
}

/** Takes the bytes of all files, in order, in pieces of any size. */
export class FileDigests {
  /** SHA-256 of the files that are through. */
  readonly sha256: string[] = [];
  readonly #files: readonly ExpectedFile[];
  readonly #sha256: IHasher;
  readonly #md5: IHasher;
  /** Where the file that is coming in begins in the whole, and how much of it has come. */
  #start = 0;
  #arrived = 0;

  private constructor(files: readonly ExpectedFile[], sha256: IHasher, md5: IHasher) {
    this.#files = files;
    this.#sha256 = sha256.init();
    this.#md5 = md5.init();
  }

  static async of(files: readonly ExpectedFile[]): Promise<FileDigests> {
    const digests = new FileDigests(files, await createSHA256(), await createMD5());
    digests.#finishWhole();
    return digests;
  }

  /** Counts the next bytes. Throws a `DamagedFile` where a file ends that is not what was promised. */
  update(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.byteLength;) {
      const { byteLength, md5 } = this.#files[this.sha256.length]!;
      const piece = bytes.subarray(taken, taken + byteLength - this.#arrived);
      this.#sha256.update(piece);
      if (md5 !== null) this.#md5.update(piece);
      this.#arrived += piece.byteLength;
      taken += piece.byteLength;
      this.#finishWhole();
    }
  }

  /** Closes the file that has come in whole, and empty ones after it. */
  #finishWhole(): void {
    for (let file = this.#current(); file !== undefined && this.#arrived === file.byteLength; file = this.#current()) {
      const sha256 = this.#sha256.digest('hex');
      const md5 = file.md5 === null ? null : this.#md5.digest('hex');
      const end = this.#start + file.byteLength;
      if (file.sha256 !== null && sha256 !== file.sha256)
        throw this.#damaged(file, `SHA-256 ${file.sha256}`, sha256, end);
      if (md5 !== null && md5 !== file.md5) throw this.#damaged(file, `MD5 ${file.md5}`, md5, end);
      this.sha256.push(sha256);
      this.#sha256.init();
      this.#md5.init();
      this.#start = end;
      this.#arrived = 0;
    }
  }

  #current(): ExpectedFile | undefined {
    return this.#files[this.sha256.length];
  }

  #damaged({ fileName }: ExpectedFile, expected: string, got: string, end: number): DamagedFile {
    const alone = this.#files.length === 1;
    const verdict = new EngineError('HashMismatch', {
      what: alone
        ? 'The file arrived damaged, and nothing says which part of it, so it was deleted'
        : `The file ${fileName} of the model arrived damaged, so it was deleted`,
      expected,
      got,
      remedy: alone ? 'Download it again.' : 'Try again: the other files stay, if they came from the web.',
    });
    return new DamagedFile(verdict, this.#start, end);
  }
}
