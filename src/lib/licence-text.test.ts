import { expect, it } from 'vitest';
import { licenceText } from './licence-text.ts';

it.each([
  ['apache-2.0', 'https://spdx.org/licenses/Apache-2.0.html'],
  [' MIT ', 'https://spdx.org/licenses/MIT.html'],
  ['llama3.2', null],
  ['apache', null],
  ['mit, and more', null],
  ['', null],
  [null, null],
])('%j: %j', (named, address) => {
  expect(licenceText(named)).toBe(address);
});
