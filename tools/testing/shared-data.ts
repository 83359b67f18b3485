/** Real vocabularies and models for tests. They lie beside the repository, never in it; without them a test says so. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHARED = new URL('../../../shared/', import.meta.url);

/** The path of a file in the shared folder, or `null`, said loudly, where this machine does not have it. */
export function sharedFile(name: string): string | null {
  const path = fileURLToPath(new URL(name, SHARED));
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: tests on real data, for want of ../shared/${name}`);
  return null;
}
