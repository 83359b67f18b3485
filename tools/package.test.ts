import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { zipFolder } from './package.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'freehold-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('holds every file, and sums that fit them', () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {};');
  const files = unzipSync(zipFolder(folder));
  expect(Object.keys(files)).toEqual(['freehold/assets/a.js', 'freehold/index.html', 'freehold/SHA256SUMS']);
  const text = (name: string): string => new TextDecoder().decode(files[name]);
  expect(text('freehold/assets/a.js')).toBe('export {};');
  const sums = text('freehold/SHA256SUMS').trimEnd().split('\n');
  for (const line of sums) {
    const [sum, name] = line.split('  ');
    expect(createHash('sha256').update(files[`freehold/${name}`]!).digest('hex')).toBe(sum);
  }
  expect(sums).toHaveLength(2);
});

test('gives the same bytes for the same files', () => {
  for (const name of ['b.txt', 'a.txt']) writeFileSync(join(folder, name), name);
  const first = zipFolder(folder);
  rmSync(join(folder, 'a.txt'));
  writeFileSync(join(folder, 'a.txt'), 'a.txt');
  expect(zipFolder(folder)).toEqual(first);
});
