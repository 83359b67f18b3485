/**
 * `npm run package`: builds the site and writes `freehold-VERSION.zip`, for any static server.
 *
 * The zip holds the contents of `dist/` under `freehold/` and `SHA256SUMS` beside them, which `sha256sum --check` reads.
 * The same source gives the same bytes: names are sorted and every time stamp is the same.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { build } from 'vite';

const FOLDER = 'freehold';
/** The earliest time a zip can hold; read in local time, as zip has no time zones. */
const TIME_STAMP = new Date(1980, 0, 1);

/** Zips a folder's files, sorted, with their SHA-256 sums. */
export function zipFolder(folder: string): Uint8Array {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  const files: Zippable = {};
  let sums = '';
  for (const name of names) {
    const bytes = readFileSync(join(folder, name));
    sums += `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
    files[`${FOLDER}/${name}`] = bytes;
  }
  files[`${FOLDER}/SHA256SUMS`] = new TextEncoder().encode(sums);
  return zipSync(files, { level: 9, mtime: TIME_STAMP });
}

export async function main(): Promise<number> {
  await build({ logLevel: 'warn' });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const zip = zipFolder('dist');
  const name = `freehold-${version}.zip`;
  writeFileSync(name, zip);
  console.log(`${name}: ${zip.length} bytes, SHA-256 ${createHash('sha256').update(zip).digest('hex')}`);
  return 0;
}
