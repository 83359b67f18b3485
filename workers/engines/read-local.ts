/** Reads a model where it lies on the person's disk, for a browser that has no room to keep it. */
import { type LocalModel, NOT_KEPT } from '../protocol/engine.ts';
import { openFile } from '../source/file-source.ts';
import { joinSources } from '../source/joined-source.ts';
import type { OpenModel } from '../store/stored-file.ts';

/** The model's files end to end. Reads reject with `SourceChanged` once a file is gone or was changed. */
export function readLocal({ source, summary }: LocalModel): OpenModel {
  const files = (source.kind === 'file' ? [source] : source.files).map(({ file, fileName }) =>
    openFile(file, fileName),
  );
  const { byteLength, read } = joinSources(files);
  return { id: NOT_KEPT, summary, files, byteLength, read, release: () => Promise.resolve() };
}
