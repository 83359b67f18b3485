import { expect, it } from 'vitest';
import type { ModelChoice } from '../../workers/protocol/found.ts';
import { choiceName, missingSentence, proposedChoice } from './choices.ts';

const choice = (quantization: string | null, changes: Partial<ModelChoice> = {}): ModelChoice => ({
  ...{ container: 'gguf', quantization, files: [], bytes: 1, missing: [] },
  ...changes,
});
const model = (...choices: ModelChoice[]) => ({ name: 'M', choices });

it('proposes a usual choice, else the smallest, and none that is incomplete', () => {
  const [q2, q4, q8] = [choice('Q2_K'), choice('Q4_K_M'), choice('Q8_0')];
  expect(proposedChoice([model(q2, q8, q4)])).toBe(q4);
  expect(proposedChoice([model(q2, choice('F16'))])).toBe(q2);
  const broken = { ...q4, missing: ['x'] };
  expect(proposedChoice([model(q2, broken, q8)])).toBe(q8);
  expect(proposedChoice([model(broken), model(q2)])).toBe(q2);
  expect([proposedChoice([]), proposedChoice([model(broken)])]).toEqual([null, null]);
});

it('names a choice as a person would look for it', () => {
  expect(choiceName(choice('Q4_0'))).toBe('Q4_0');
  expect(choiceName(choice(null))).toBe('GGUF');
  expect(choiceName(choice(null, { container: 'safetensors' }))).toBe('Original (safetensors)');
  expect(choiceName(choice('q4f16_1', { container: 'mlc' }))).toBe('q4f16_1 (MLC)');
});

it.each([
  [['folder/a.json'], 'a.json is missing.'],
  [['a', 'b'], 'a and b are missing.'],
  [['a', 'b', 'c'], 'a, b and c are missing.'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more are missing.'],
  [['d/m-00002-of-00003.gguf'], 'Part 2 of 3 is missing.'],
  [['m-00002-of-00012.gguf', 'm-00011-of-00012.gguf'], 'Parts 2 and 11 of 12 are missing.'],
  [
    ['config.json', 'model-00002-of-00003.safetensors'],
    'config.json and model-00002-of-00003.safetensors are missing.',
  ],
])('says what is missing: %j', (missing, sentence) => {
  expect(missingSentence(choice(null, { missing }))).toBe(sentence);
});
