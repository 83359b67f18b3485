/** Opens what comes from a disk together with what the record beside it says, and takes that up once the bytes are in. */
import { EngineError, errorCode } from '../protocol/errors.ts';
import type { LibraryEntry, ModelSource } from '../protocol/model.ts';
import { openSource } from '../source/open-source.ts';
import type { OpenedSource, OriginRecord, PublishedSource } from '../source/opened-source.ts';
import { entryOf } from './entry.ts';
import { tryExclusiveLock } from './file-lock.ts';
import { readRecord, RECORD_NAME } from './library-record.ts';
import { findManifest, putManifest } from './manifest.ts';

/** Opens a source. A file of the name that the record beside it gives must have its hash. Rejects as `openSource` does. */
export async function openRecorded(
  source: ModelSource,
  options: Parameters<typeof openSource>[1],
): Promise<OpenedSource> {
  const opened = await openSource(source, options);
  const record = 'record' in source && source.record ? await readRecord(source.record) : null;
  // Loose files may lie beside the record of others.
  if (record === null || !isOf(record, opened)) return opened;
  const [only, ...more] = opened.files;
  // Of several files the record's hash is over a list that only the whole gives.
  if (only === undefined || more.length > 0) return { ...opened, record };
  const { sha256 } = record;
  return { ...opened, record, sha256, files: [{ ...only, sha256 }] };
}

/** What became of taking it in, said of a file on a person's disk where that is not the one of its record. */
export function asOfRecord(error: unknown, { fileName, record }: OpenedSource): unknown {
  if (record === undefined || errorCode(error) !== 'HashMismatch') return error;
  return new EngineError('HashMismatch', {
    what: `${fileName} is not the file that the ${RECORD_NAME} beside it speaks of: it was damaged or changed on the way`,
    remedy: 'Copy it again from where it was saved. The file itself was left as it is.',
  });
}

/**
 * Notes where a model from a disk was published, as the record beside it says, if that record is of these very bytes: so it
 * can be mended from there. A model that is in use stays as it is.
 */
export async function restoreOrigin(entry: LibraryEntry, { record }: OpenedSource): Promise<LibraryEntry> {
  const source = record?.source;
  if (source === undefined || source === null || record?.sha256 !== entry.sha256) return entry;
  const restored = await tryExclusiveLock(entry.id, async () => {
    const manifest = await findManifest(entry.id);
    if (manifest?.state !== 'complete' || manifest.source !== null) return entry;
    const changed = { ...manifest, source, origin: `${placeOf(source)}, by its ${RECORD_NAME}` };
    await putManifest(changed);
    return entryOf(changed);
  });
  return restored?.result ?? entry;
}

function isOf({ fileNames }: OriginRecord, { files }: OpenedSource): boolean {
  return fileNames.length === files.length && files.every(({ fileName }, index) => fileName === fileNames[index]);
}

function placeOf(source: PublishedSource): string {
  if (source.kind === 'url') return source.url;
  const commit = (source.revision ?? '').slice(0, 7);
  return source.kind === 'hub'
    ? `${source.repository}/${source.fileName}@${commit}`
    : `${source.repository}@${commit}, ${source.fileNames.length} files`;
}
