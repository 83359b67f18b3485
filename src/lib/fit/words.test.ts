import { expect, it } from 'vitest';
import { sayFinding, sayNeed, saySpeed, sayVerdict } from './words.ts';

it('says a verdict with the numbers that it rests on', () => {
  expect(sayVerdict('fits')).toBe('Fits');
  const need = { weights: 2.5e9, kvCache: 0.6e9, scratch: 0.05e9, total: 3.15e9, largestBuffer: 1 };
  expect(sayNeed(need, 4096)).toContain(
    'about 3.2 GB on the graphics processor: weights 2.5 GB, a context of 4,096 tokens 600 MB, room to compute 50 MB',
  );
});

it.each([
  ['buffer', 'no', 'One piece of it takes 3 GB, and this graphics processor takes 2 GB at once.'],
  ['storage', 'no', '3 GB would be fetched, and the browser allows this site 2 GB more.'],
  ['storage', 'tight', '3 GB would be fetched: nearly all of the 2 GB'],
  ['memory', 'no', 'It takes 3 GB, and this device has about 2 GB of memory.'],
  ['memory', 'tight', 'It takes 3 GB: more than half of the 2 GB of memory'],
  ['memory-unknown', 'tight', 'This browser says only that there are 2 GB of memory or more'],
] as const)('says what of the %s makes it %s', (about, verdict, sentence) => {
  expect(sayFinding({ about, verdict, neededBytes: 3e9, thereBytes: 2e9 })).toContain(sentence);
});

it('says what it does not know', () => {
  const unknown = { about: 'memory-unknown', verdict: 'tight', neededBytes: 3e9, thereBytes: null } as const;
  expect(sayFinding(unknown)).toContain('This browser does not say how much memory there is');
});

it('says a speed to two digits, as an estimate', () => {
  expect(saySpeed({ low: 0.44, high: 1.26 })).toContain('About 0.4 to 1.3 tokens a second. That is a rough estimate');
  expect(saySpeed({ low: 38.4, high: 142 })).toContain('About 38 to 140 tokens');
});
