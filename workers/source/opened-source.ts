/** What a source is once it has answered: files of known size, with a name, an origin and something to know them by. */
import type { ModelSource } from '../protocol/model.ts';
import type { NamedSource } from './byte-source.ts';
import { joinSources } from './joined-source.ts';

/** A source that can be asked for again later; local files cannot. */
export type NetworkSource = Exclude<ModelSource, { kind: 'file' | 'files' }>;

/** Where anybody can fetch a model. */
export type PublishedSource = Extract<ModelSource, { kind: 'url' | 'hub' | 'hub-files' }>;

/** A file whose size is known. Random reads suit a header; `stream` suits a whole file. */
export interface OpenedPart extends NamedSource {
  /** Below the model's folder. */
  readonly fileName: string;
  /** SHA-256 that the hub promises for the whole file, lower-case hex; `null` where nobody promises one. */
  readonly sha256: string | null;
  /** Git's hash of the file, where the hub promises that instead. */
  readonly gitSha1?: string;
  /** Whether it has been seen to send all of the file where a part was asked for: several parts at once are waste then. */
  readonly ignoresRanges: () => boolean;
  /**
   * The bytes from `start` up to `end`, in order, in pieces of any size, whose memory may be the next one's. Resumes after
   * network faults by itself; rejects with an EngineError when it cannot, or with the signal's reason.
   */
  stream(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

/** A file that can be known again. */
export interface OpenedFile extends OpenedPart {
  /** Where the bytes come from, for a person to read. */
  readonly origin: string;
  /** How to open the very same bytes again (a hub's revision is pinned to its commit); `null` for local files. */
  readonly again: NetworkSource | null;
  /** The server's ETag or modification date: equal means unchanged. `null` where it gives neither. */
  readonly validator: string | null;
}

/** What the record beside an exported model says of it. */
export interface OriginRecord {
  /** Of the whole, as the store has it. */
  readonly sha256: string;
  /** Of which files it speaks, in their order. */
  readonly fileNames: readonly string[];
  readonly source: PublishedSource | null;
}

/** A model's bytes, end to end. Of several files, `fileName` is the model's, and `sha256` is `null`: each has its own. */
export interface OpenedSource extends OpenedFile {
  /** SHA-256 that a model of several files is to have as a whole, where somebody promises one: see `identityOf`. */
  readonly identity?: string;
  /** The files that it is made of, in order; a model in one file has itself here. */
  readonly files: readonly OpenedPart[];
  /** Of files from a disk, where such a record lies beside them. */
  readonly record?: OriginRecord;
}

/** A model in one file. */
export function aloneOpened(file: OpenedFile): OpenedSource {
  return { ...file, files: [file] };
}

/** A model in several files, in the order given. */
export function joinOpened(
  files: readonly OpenedPart[],
  about: Pick<OpenedSource, 'fileName' | 'origin' | 'again' | 'validator'>,
): OpenedSource {
  const { byteLength, partOffsets, read } = joinSources(files);
  return {
    ...about,
    byteLength,
    read,
    sha256: null,
    files,
    ignoresRanges: () => files.some((file) => file.ignoresRanges()),
    async *stream(start, end, signal) {
      for (const [index, file] of files.entries()) {
        const offset = partOffsets[index]!;
        const [from, to] = [Math.max(0, start - offset), Math.min(file.byteLength, end - offset)];
        if (from < to) yield* file.stream(from, to, signal);
      }
    },
  };
}
