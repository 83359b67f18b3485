/**
 * Copies of a hub's files in a folder of models: what lies near is taken from there, and the hub is not asked where its
 * answer is not needed. What arrives is held to the same hash either way; only where the bytes come from differs, so a
 * download that one of both began, the other can go on with.
 */
import type { ModelSource } from '../protocol/model.ts';
import { namesInFolder } from '../protocol/names-in-folder.ts';
import type { OpenedPart, OpenedSource } from './opened-source.ts';
import { aloneOpened, joinOpened } from './opened-source.ts';
import { PATIENT } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { openUrl } from './url-source.ts';

/** A copy of one file. */
export interface NearCopy {
  /** Absolute. */
  readonly url: string;
  readonly byteLength: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Where copies are looked up. */
export interface NearCopies {
  /** The copy of a file with this hash, or `null`. */
  bySha256(sha256: string): NearCopy | null;
  /** The copies of all these files of a repository at a commit, in the order of `paths`; `null` if one is not here. */
  byOrigin(repository: string, commit: string, paths: readonly string[]): readonly NearCopy[] | null;
}

type HubSource = Extract<ModelSource, { kind: 'hub' | 'hub-files' }>;

/** Opens copies of what is asked of a hub, without asking it; `null` where there are none, or where only the hub can say. */
export async function openNear(
  source: HubSource,
  near: NearCopies,
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
): Promise<OpenedSource | null> {
  const commit = /^[0-9a-f]{40}$/.test(source.revision ?? '') ? source.revision! : null;
  const copies = findCopies(source, commit, near);
  if (copies === null) return null;
  const paths = source.kind === 'hub' ? [source.fileName] : source.fileNames;
  const files: OpenedPart[] = [];
  const names = namesInFolder(paths);
  for (const [index, copy] of copies.entries()) files.push(await openCopy(copy, names[index]!, policy, signal));
  // Without a commit it is the hash that says what was meant.
  const validator = commit ?? copies[0]!.sha256;
  const at = commit === null ? '' : `@${commit.slice(0, 7)}`;
  if (source.kind === 'hub') {
    const origin = `${source.repository}/${source.fileName}${at}`;
    return aloneOpened({ ...files[0]!, origin, again: source, validator });
  }
  const origin = `${source.repository}${at}, ${files.length} files`;
  return joinOpened(files, { fileName: source.name, origin, again: source, validator });
}

/** Opens a copy under the name that it has in the model; its size is known, so this asks nothing of the network. */
export async function openCopy(
  { url, byteLength, sha256 }: NearCopy,
  fileName: string,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<OpenedPart> {
  return { ...(await openUrl(url, { byteLength, policy }, signal)), fileName, sha256 };
}

function findCopies(source: HubSource, commit: string | null, near: NearCopies): readonly NearCopy[] | null {
  if (source.kind === 'hub-files')
    return commit === null ? null : near.byOrigin(source.repository, commit, source.fileNames);
  const { sha256, byteLength } = source.expected ?? {};
  const copy =
    sha256 === undefined
      ? commit && near.byOrigin(source.repository, commit, [source.fileName])?.[0]
      : near.bySha256(sha256);
  return copy && (byteLength === undefined || byteLength === copy.byteLength) ? [copy] : null;
}
