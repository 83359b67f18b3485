/**
 * Several files read as one, end to end: a model in parts then has one source and one run of offsets. A part's own
 * errors pass through as they are. It copies only where a read crosses from one part into the next.
 */
import type { ByteSource, NamedSource } from './byte-source.ts';
import { checkRange } from './check-range.ts';

/** Parts as one file, and where each begins in it. */
export interface JoinedSource extends ByteSource {
  /** (parts + 1): where each part begins; the last is the end of the whole. */
  readonly partOffsets: readonly number[];
}

/** Joins sources in the order given. Past the end of the whole, reads reject with `FileTruncated`. */
export function joinSources(parts: readonly ByteSource[]): JoinedSource {
  const partOffsets = [0];
  for (const { byteLength } of parts) partOffsets.push(partOffsets.at(-1)! + byteLength);
  const byteLength = partOffsets.at(-1)!;
  return {
    byteLength,
    partOffsets,
    async read(offset, length, signal, memory) {
      checkRange(offset, length, byteLength);
      signal?.throwIfAborted();
      // The last part that begins at or before the offset: parts may be empty.
      let index = partOffsets.findLastIndex((start, at) => at < parts.length && start <= offset);
      const readPart = (position: number, wanted: number): Promise<Uint8Array<ArrayBuffer>> => {
        const within = position - partOffsets[index]!;
        const here = Math.min(wanted, parts[index]!.byteLength - within);
        return parts[index]!.read(within, here, signal, here === length ? memory : undefined);
      };
      if (length === 0) return new Uint8Array(0);
      const first = await readPart(offset, length);
      if (first.byteLength === length) return first;
      const bytes = new Uint8Array(length);
      bytes.set(first);
      for (let filled = first.byteLength; filled < length;) {
        index++;
        const piece = await readPart(offset + filled, length - filled);
        bytes.set(piece, filled);
        filled += piece.byteLength;
      }
      return bytes;
    },
  };
}

/**
 * The part of this name, or `undefined`. A name may begin with folders of the model's own, such as `1_Pooling/config.json`;
 * the model's folder is the one nearest to the root that any part lies in.
 */
export function partNamed(parts: readonly NamedSource[], name: string): NamedSource | undefined {
  let folder = folderOf(parts[0]?.fileName ?? '');
  for (const { fileName } of parts) if (folderOf(fileName).length < folder.length) folder = folderOf(fileName);
  const path = folder === '' ? name : `${folder}/${name}`;
  return parts.find(({ fileName }) => fileName === path);
}

/** A path's last segment. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path without its last segment; empty where it has no folder. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
