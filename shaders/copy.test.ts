import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { copyReference } from './copy.ref.ts';
import { copy } from './copy.ts';

const devices = await testDevices();

describe.each(devices)('copy on $name', ({ device, variants }) => {
  test.each([1, 7, 1000])('%i elements, and no more', async (elements) => {
    const source = Float32Array.from(randomValues(4 * elements, elements));
    const data = { source, destination: new Float32Array(4 * elements + 4) };
    const result = await runKernel(device, copy, { elements }, variants[0]!, { tokens: 1, kvLength: 1 }, data);
    expect([...new Float32Array(result['destination']!)]).toEqual([...copyReference(source), 0, 0, 0, 0]);
  });
});
