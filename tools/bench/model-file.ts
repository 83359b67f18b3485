/** The model of a bench in a browser: the file that was named, or a tiny random one, which is deleted afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHAPES } from './shapes.ts';
import { writeModel } from './write-model.ts';

/** Measures with the file at `named`, or with the tiny one where nothing is named. */
export async function withModelFile<Result>(
  named: string | undefined,
  measure: (modelPath: string) => Promise<Result>,
): Promise<Result> {
  if (named !== undefined) return measure(named);
  const folder = mkdtempSync(join(tmpdir(), 'freehold-bench-'));
  try {
    const modelPath = join(folder, 'tiny-Q4_0.gguf');
    await writeModel(modelPath, SHAPES.tiny, 'Q4_0', 'Random tiny Q4_0');
    return await measure(modelPath);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
