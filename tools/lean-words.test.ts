/** What the built site says is what Paraglide's own functions say: every entry, in every language, with facts. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from '@inlang/paraglide-js';
import { afterAll, expect, it } from 'vitest';
import { leanMessage } from './lean-words.ts';
import { WORDS } from './words.mjs';

const root = mkdtempSync(join(tmpdir(), 'freehold-words-'));
const [written, lean] = [join(root, 'written'), join(root, 'lean')];
afterAll(() => {
  rmSync(root, { recursive: true });
});

/**
 * Says every entry in both forms and prints how many there are and which differ. Runs in a Node of its own, which reads two
 * thousand modules in a second; Vitest would transform each. A fact is its own name, or a number where a plural hangs on it.
 */
const COMPARE = `
  const [{ m: before }, { m: after }] = [await import(process.argv[1]), await import(process.argv[2])];
  const facts = (count) => new Proxy({}, { get: (_, name) => (name === 'count' ? count : '<' + String(name) + '>') });
  const differing = Object.keys(before).filter((key) =>
    ['en', 'de'].some((locale) =>
      [0, 1, 2].some((count) => before[key](facts(count), { locale }) !== after[key]?.(facts(count), { locale })),
    ),
  );
  console.log(JSON.stringify({ said: Object.keys(before).length, differing }));
`;

it('says the same in fewer bytes', async () => {
  await compile({ ...WORDS, outdir: written, outputStructure: 'message-modules', emitTsDeclarations: false });
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  cpSync(written, lean, { recursive: true });
  const files = readdirSync(join(lean, 'messages')).filter((file) => /^[a-z]\w+\.js$/.test(file));
  expect(files.length).toBeGreaterThan(500);
  for (const file of files) {
    const path = join(lean, 'messages', file);
    const code = readFileSync(path, 'utf8');
    const made = leanMessage(code);
    expect(made.length, file).toBeLessThan(code.length);
    writeFileSync(path, made);
  }
  const modules = [written, lean].map((folder) => pathToFileURL(join(folder, 'messages.js')).href);
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', COMPARE, ...modules], {
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual({ said: files.length, differing: [] });
});

it('leaves what it does not know as it is', () => {
  expect(leanMessage('export const other = 1;')).toBe('export const other = 1;');
});
