/**
 * SHA-256 of each file of a model while its bytes come in end to end, held to what was promised: the hub's SHA-256, git's
 * SHA-1 of small files (over `blob LENGTH`, a zero byte and the bytes), or the MD5 that an MLC list gives for its shards.
 * MD5 and SHA-1 prove nothing against a forger, but find broken downloads.
 */
import { createMD5, createSHA1, createSHA256, type IHasher } from 'hash-wasm';
import type { ErrorFacts } from '../protocol/errors.ts';

/** A file as it should arrive. Digests are lower-case hex, `null` where nobody promises one. */
export interface ExpectedFile {
  readonly fileName: string;
  readonly byteLength: number;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly gitSha1: string | null;
}

/** A file that is not what was promised, what to say of it, and where it lies in the whole. */
export interface DamagedFile {
  readonly facts: ErrorFacts;
  readonly start: number;
  readonly end: number;
}

/** Digests that were interrupted, as a record of the store keeps them. */
export interface SavedDigests {
  /** SHA-256 of the files that are through. */
  readonly sha256: readonly string[];
  /** How much of the next file has been counted. */
  readonly arrivedBytes: number;
  /** hash-wasm's own states; another build of it refuses them. */
  readonly states: Readonly<Record<Algorithm, Uint8Array>>;
}

/** SHA-256 is made of every file, the others where they are promised. */
type Algorithm = 'sha256' | 'md5' | 'gitSha1';

const NAMES: Readonly<Record<Algorithm, string>> = { sha256: 'SHA-256', md5: 'MD5', gitSha1: 'git’s SHA-1' };
const ALGORITHMS = Object.keys(NAMES) as Algorithm[];

/** Takes the bytes of all files, in order, in pieces of any size. */
export class FileDigests {
  /** SHA-256 of the files that are through. */
  readonly sha256: string[] = [];
  /** The first file that is not what was promised: what comes behind it is not counted. */
  damaged: DamagedFile | null = null;
  readonly #files: readonly ExpectedFile[];
  readonly #hashers: Readonly<Record<Algorithm, IHasher>>;
  /** Where the file that is coming in begins in the whole, and how much of it has come. */
  #start = 0;
  #arrived = 0;

  private constructor(files: readonly ExpectedFile[], hashers: Readonly<Record<Algorithm, IHasher>>) {
    this.#files = files;
    this.#hashers = hashers;
  }

  static async of(files: readonly ExpectedFile[]): Promise<FileDigests> {
    const [sha256, md5, gitSha1] = await Promise.all([createSHA256(), createMD5(), createSHA1()]);
    const digests = new FileDigests(files, { sha256, md5, gitSha1 });
    digests.#beginFile();
    digests.#finishWhole();
    return digests;
  }

  /** Digests that go on where `saved` ended. Rejects if it is of another build of hash-wasm. */
  static async from(files: readonly ExpectedFile[], saved: SavedDigests): Promise<FileDigests> {
    const digests = await FileDigests.of(files);
    for (const algorithm of ALGORITHMS) digests.#hashers[algorithm].load(saved.states[algorithm]);
    digests.sha256.splice(0, Infinity, ...saved.sha256);
    digests.#arrived = saved.arrivedBytes;
    digests.#start = files.slice(0, saved.sha256.length).reduce((sum, { byteLength }) => sum + byteLength, 0);
    return digests;
  }

  /** Where the digests are now, to go on from in another visit. */
  save(): SavedDigests {
    const { sha256, md5, gitSha1 } = this.#hashers;
    return {
      sha256: [...this.sha256],
      arrivedBytes: this.#arrived,
      states: { sha256: sha256.save(), md5: md5.save(), gitSha1: gitSha1.save() },
    };
  }

  /** Counts the next bytes; `damaged` says where a file has ended that is not what was promised. */
  update(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.byteLength && this.damaged === null;) {
      const file = this.#files[this.sha256.length]!;
      const piece = bytes.subarray(taken, taken + file.byteLength - this.#arrived);
      for (const algorithm of ALGORITHMS) if (isMade(algorithm, file)) this.#hashers[algorithm].update(piece);
      this.#arrived += piece.byteLength;
      taken += piece.byteLength;
      this.#finishWhole();
    }
  }

  #beginFile(): void {
    for (const algorithm of ALGORITHMS) this.#hashers[algorithm].init();
    const file = this.#current();
    if (file !== undefined) this.#hashers.gitSha1.update(`blob ${file.byteLength}\0`);
  }

  /** Closes the file that has come in whole, and empty ones after it. */
  #finishWhole(): void {
    for (let file = this.#current(); file !== undefined && this.#arrived === file.byteLength; file = this.#current()) {
      const end = this.#start + file.byteLength;
      const sha256 = this.#hashers.sha256.digest('hex');
      for (const algorithm of ALGORITHMS) {
        const promised = file[algorithm];
        if (promised === null) continue;
        const got = algorithm === 'sha256' ? sha256 : this.#hashers[algorithm].digest('hex');
        if (got !== promised) this.damaged ??= this.#damage(file, `${NAMES[algorithm]} ${promised}`, got, end);
      }
      if (this.damaged !== null) return;
      this.sha256.push(sha256);
      this.#beginFile();
      this.#start = end;
      this.#arrived = 0;
    }
  }

  #current(): ExpectedFile | undefined {
    return this.#files[this.sha256.length];
  }

  #damage({ fileName }: ExpectedFile, expected: string, got: string, end: number): DamagedFile {
    const alone = this.#files.length === 1;
    const facts = {
      what: alone
        ? `The file arrived damaged (${fileName}), and nothing says which part of it, so it was deleted`
        : `The file ${fileName} of the model arrived damaged, so it was deleted`,
      expected,
      got,
      remedy: alone ? 'Download it again.' : 'Try again: the other files stay, if they came from the web.',
    };
    return { facts, start: this.#start, end };
  }
}

function isMade(algorithm: Algorithm, file: ExpectedFile): boolean {
  return algorithm === 'sha256' || file[algorithm] !== null;
}
