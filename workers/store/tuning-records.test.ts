import { beforeEach, expect, it } from 'vitest';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { allAbout } from './about.ts';
import { allManifests } from './manifest.ts';
import { tuningRecords } from './tuning-records.ts';

beforeEach(fakeBrowser);

it('keeps a record under its key, apart from everything else', async () => {
  await tuningRecords.write('a', { reduction: 'thread' });
  await tuningRecords.write('b', { reduction: 'subgroup' });
  await tuningRecords.write('a', { reduction: 'workgroup' });
  expect(await tuningRecords.read('a')).toEqual({ reduction: 'workgroup' });
  expect(await tuningRecords.read('b')).toEqual({ reduction: 'subgroup' });
  expect(await tuningRecords.read('c')).toBe(undefined);
  expect([await allManifests(), await allAbout()]).toEqual([[], new Map()]);
});
