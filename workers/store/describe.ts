/** What a model says of itself, by the readers of its format; they come when they are asked for. */
import type { ModelSummary } from '../protocol/model.ts';
import type { OpenedSource } from '../source/opened-source.ts';

/** What one GGUF file never needs comes when it is asked for: it weighs as much as all the rest here. */
export async function severalFiles() {
  const [{ findModels }, { shardDigests }, { readModel }] = await Promise.all([
    import('../format/find-models.ts'),
    import('../format/mlc.ts'),
    import('../format/read-model.ts'),
  ]);
  return { findModels, shardDigests, readModel };
}

/** MD5 that an MLC list promises for its shards, by file name; empty where there is none. Rejects as reading the list does. */
export async function promisedMd5({ files }: OpenedSource, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  return files.length === 1 ? new Map<string, string>() : (await severalFiles()).shardDigests(files, signal);
}

/** Reads a model's header and sums it up. Rejects with what its format's reader rejects with. */
export async function describeModel(source: OpenedSource, signal?: AbortSignal): Promise<ModelSummary> {
  const { files } = source;
  // Formats are read when a model is looked at: most visits only ask what is kept.
  const [{ readGguf }, { summarize }] = await Promise.all([
    import('../format/gguf.ts'),
    import('../format/summary.ts'),
  ]);
  const file = await (files.length === 1 ? readGguf(source, signal) : (await severalFiles()).readModel(files, signal));
  return { ...summarize(file, source.fileName), fileBytes: source.byteLength };
}
