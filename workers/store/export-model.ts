/**
 * Saves a complete model as the files that it was. Its bytes go from chunk to file as the browser keeps them, each
 * chunk held to its checksum on the way. A file shows under its name once it is whole; what fails or is stopped leaves nothing.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ExportOutcome, ExportTarget } from '../protocol/export.ts';
import type { FileBytes, TransferProgress } from '../protocol/model.ts';
import { writeIntoFile, writeIntoFolder } from './export-files.ts';
import { requireManifest } from './manifest.ts';
import { openStored } from './stored-file.ts';
import type { StoredFile } from './stored-file.ts';
import { TransferReporter } from './transfer-reporter.ts';

/** See `LibraryApi.export`. */
export async function exportModel(
  id: string,
  target: ExportTarget,
  goOn: (progress: TransferProgress) => boolean | Promise<boolean>,
): Promise<ExportOutcome> {
  const stored = await openStored(id);
  let answer: boolean | Promise<boolean> = true;
  const reporter = new TransferReporter(id, stored.byteLength, (progress) => (answer = goOn(progress)));
  const stopped = new Error('stopped');
  const advance = async (bytes: number) => {
    reporter.advance(bytes);
    if (!(await answer)) throw stopped;
  };
  try {
    reporter.begin(target.kind === 'browser' ? 'verifying' : 'copying', 0);
    if (target.kind === 'browser') return { kind: 'checked', files: await asKept(stored, advance) };
    if (target.kind === 'folder') await writeIntoFolder(stored, await requireManifest(id), target, advance);
    else if (stored.files.length === 1) await writeIntoFile(stored.files[0]!, target.file, advance);
    else throw new EngineError('SettingInvalid', { what: 'A model in several files is saved into a folder' });
    return { kind: 'written' };
  } catch (error) {
    if (error === stopped) return { kind: 'stopped' };
    throw error;
  } finally {
    await stored.release();
  }
}

/** A model's files made of its chunks as they are kept, each looked at first. Where those are Blobs, nothing is copied. */
async function asKept({ files }: StoredFile, advance: (bytes: number) => Promise<void>): Promise<FileBytes[]> {
  const checked: File[] = [];
  for (const file of files) {
    const kept: Blob[] = [];
    for await (const blob of file.kept()) {
      kept.push(blob);
      await advance(blob.size);
    }
    checked.push(new File(kept, file.fileName, { type: 'application/octet-stream' }));
  }
  return checked;
}
