/** Holds a hub's file against what is known of it from elsewhere, such as the catalog. Few downloads know anything: it comes then. */
import { EngineError } from '../protocol/errors.ts';
import type { ExpectedFile } from '../protocol/model.ts';
import type { OpenedPart } from './opened-source.ts';

/**
 * Throws `SourceChanged` where the hub tells another size or hash: what was published under a name must not become
 * something else. Where it tells no hash, as of small files, the bytes themselves are held against it as they arrive.
 */
export function checkExpected(
  { fileName, byteLength, sha256 }: Pick<OpenedPart, 'fileName' | 'byteLength' | 'sha256'>,
  expected: ExpectedFile,
  hubHost: string,
): void {
  for (const [wanted, got] of [
    [expected.byteLength, byteLength],
    [expected.sha256, sha256],
  ]) {
    if (wanted === undefined || got === null || wanted === got) continue;
    throw new EngineError('SourceChanged', {
      what: `${hubHost} has another file under the name ${fileName} than the one that is known by it`,
      expected: String(wanted),
      got: String(got),
      remedy: 'Choose another file, or another model.',
    });
  }
}
