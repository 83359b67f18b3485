/**
 * Reads GGUF version 2 and 3, little-endian: header, metadata, tensor table. Tensor data are located, never read.
 *
 * The file may be hostile. Every count, length and offset is checked against the file's size and a cap before anything
 * is allocated for it, and every refusal names the offset, what was expected and what was there.
 * Source: the GGUF specification of ggml, `docs/gguf.md`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { ByteCursor } from './byte-cursor.ts';
import { notGguf } from './containers.ts';
import { withSplitExperts } from './gguf-experts.ts';
import { ALIGNMENT_KEY, readMetadata } from './gguf-metadata.ts';
import { placeTensors, readTensorTable } from './gguf-tensors.ts';
import type { ModelFile } from './model-file.ts';

const HEADER_BYTES = 24;
const TENSORS_MAX = 65_536;
const METADATA_MAX = 65_536;
const DEFAULT_ALIGNMENT = 32;
/** The least an entry can take: a key of one byte, its type and one byte of value. */
const ENTRY_BYTES_MIN = 8 + 1 + 4 + 1;
/** The least a row can take: a name of one byte, one dimension, type and offset. */
const ROW_BYTES_MIN = 8 + 1 + 4 + 8 + 4 + 8;

async function readVersion(cursor: ByteCursor, fileBytes: number): Promise<void> {
  if (fileBytes === 0) throw new EngineError('FileTruncated', { what: 'The file is empty', remedy: 'Fetch it again.' });
  await cursor.need(Math.min(64, fileBytes), 'the header');
  const head = cursor.peek(Math.min(64, fileBytes));
  const magic = String.fromCharCode(...head.subarray(0, 4));
  if (fileBytes < 4 ? !'GGUF'.startsWith(magic) : magic !== 'GGUF') throw notGguf(head);
  cursor.requireInFile(HEADER_BYTES, 'the header');
  cursor.u32();
  const version = cursor.u32();
  if (version === 2 || version === 3) return;
  const facts = { offset: 4, expected: 'version 2 or 3' };
  if (version === 0)
    throw new EngineError('FileMalformed', { ...facts, what: 'The GGUF version is impossible', got: 0 });
  if (version === 1)
    throw new EngineError('FileUnsupported', {
      ...facts,
      what: 'This GGUF file is of the first version, of August 2023',
      got: 1,
      remedy: 'Choose a newer conversion of the model.',
    });
  if ((version & 0xffff) === 0)
    throw new EngineError('FileUnsupported', {
      ...facts,
      what: 'This GGUF file is big-endian',
      got: `${version}, its bytes in reverse order`,
      remedy: 'Choose the little-endian file of the same model.',
    });
  throw new EngineError('FileUnsupported', {
    ...facts,
    what: 'This GGUF file is of a version that is not known here',
    got: version,
    remedy: 'Update Freehold, or choose an older conversion of the model.',
  });
}

function readCount(cursor: ByteCursor, what: string, max: number, bytesEach: number): number {
  const offset = cursor.offset;
  const count = cursor.u64(what);
  if (count > max)
    throw new EngineError('FileMalformed', {
      what: `T${what.slice(1)} is too great`,
      offset,
      expected: `at most ${max}`,
      got: count,
    });
  cursor.requireInFile(count * bytesEach, what.replace('number of ', ''));
  return count;
}

/**
 * Reads and validates a file's head with range reads, of a few megabytes at most for the largest vocabularies.
 *
 * Rejects with `FileMalformed`, `FileTruncated` or `FileUnsupported`, with the source's own error, or with the signal's
 * reason. A file that passes may still be one that the engine cannot run: see `summarize`.
 */
export async function readGguf(source: ByteSource, signal?: AbortSignal): Promise<ModelFile> {
  return withSplitExperts(await readGgufAsItLies(source, signal));
}

/** As `readGguf`, with the tensors as they lie in the file: for one that is a part of a model. */
export async function readGgufAsItLies(source: ByteSource, signal?: AbortSignal): Promise<ModelFile> {
  const cursor = new ByteCursor(source, signal);
  await readVersion(cursor, source.byteLength);
  const tensorCount = readCount(cursor, 'the number of tensors', TENSORS_MAX, ROW_BYTES_MIN);
  const metadataCount = readCount(cursor, 'the number of metadata entries', METADATA_MAX, ENTRY_BYTES_MIN);
  const metadata = await readMetadata(cursor, metadataCount);
  const alignment = Number(metadata.get(ALIGNMENT_KEY) ?? DEFAULT_ALIGNMENT);
  const rows = await readTensorTable(cursor, tensorCount);
  const dataOffset = Math.ceil(cursor.offset / alignment) * alignment;
  const tensors = placeTensors(rows, dataOffset, alignment, source.byteLength);
  return { container: 'gguf', metadata, tensors, source };
}
