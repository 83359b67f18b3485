/**
 * Finds published chat templates. They are other people's texts, so they lie in a folder outside the project: the one that
 * the variable `PUBLISHED_TEMPLATES` names, else `../shared/templates`. Its `index.json` says where each is from.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../../shared/templates', import.meta.url));

/** A template with what is known of it. */
export interface PublishedTemplate {
  readonly family: string;
  /** The repository it was read from, and where in it. */
  readonly repository: string;
  readonly path: string;
  readonly commit: string;
  readonly sha256: string;
  readonly template: string;
  /** The texts of the tokens, empty where there is none. */
  readonly bos: string;
  readonly eos: string;
}

interface IndexEntry {
  readonly file: string;
  readonly family: string;
  readonly repository: string;
  readonly path: string;
  readonly commit: string;
  readonly bos?: string;
  readonly eos?: string;
}

/** The templates that `index.json` names, or `null`, said loudly, where this machine has none. */
export function readPublishedTemplates(): PublishedTemplate[] | null {
  const folder = process.env['PUBLISHED_TEMPLATES'] ?? SHARED;
  const indexPath = join(folder, 'index.json');
  if (!existsSync(indexPath)) {
    console.warn('SKIPPED: published chat templates, for want of PUBLISHED_TEMPLATES or ../shared/templates');
    return null;
  }
  const index = JSON.parse(readFileSync(indexPath, 'utf8')) as readonly IndexEntry[];
  return index.map(({ file, bos = '', eos = '', family, repository, path, commit }) => {
    const template = readFileSync(join(folder, file), 'utf8');
    const sha256 = createHash('sha256').update(template).digest('hex');
    return { family, repository, path, commit, sha256, template, bos, eos };
  });
}
