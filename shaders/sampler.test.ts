import { expect, test } from 'vitest';
import { samplerSettings } from '../tools/testing/sampler-settings.ts';
import { SAMPLER_BYTES, SAMPLER_WGSL, writeSampler } from './sampler.ts';

test('every field lies where the WGSL struct reads it', () => {
  const settings = samplerSettings({
    temperature: 0.5,
    topK: 40,
    topP: 0.75,
    minP: 0.25,
    repetitionPenalty: 1.5,
    frequencyPenalty: 2,
    presencePenalty: -1,
    penaltyWindow: 64,
    seed: 2 ** 32 - 1,
  });
  const view = new DataView(writeSampler(settings));
  expect(view.byteLength).toBe(SAMPLER_BYTES);
  const fields = [...SAMPLER_WGSL.matchAll(/(\w+): (f32|u32)/g)];
  expect(fields.length * 4).toBe(SAMPLER_BYTES);
  const read = Object.fromEntries(
    fields.map(([, name, type], i) => [
      name,
      type === 'f32' ? view.getFloat32(4 * i, true) : view.getUint32(4 * i, true),
    ]),
  );
  expect(read).toEqual({
    temperature: 0.5,
    top_k: 40,
    top_p: 0.75,
    min_p: 0.25,
    repetition_penalty: 1.5,
    frequency_penalty: 2,
    presence_penalty: -1,
    penalty_window: 64,
    seed: 4294967295,
    reserved_0: 0,
    reserved_1: 0,
    reserved_2: 0,
  });
});

test('a window longer than the kernel’s is cut', () => {
  const view = new DataView(writeSampler(samplerSettings({ penaltyWindow: 1000 })));
  expect(view.getUint32(28, true)).toBe(256);
});
