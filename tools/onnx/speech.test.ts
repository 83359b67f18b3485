/** The ONNX Whisper through transformers.js on WebAssembly: what it hears counts, and its cache changes nothing. */
import type { AutomaticSpeechRecognitionPipeline, Tensor } from '@huggingface/transformers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { likeliest } from '../../workers/engines/softmax.ts';
import { nmse, seededRandom } from '../testing/run-kernel.ts';
import { loadedOnWasm, openTransformers } from './node-transformers.ts';
import { tinySpeech } from './speech-folder.ts';

/** Seconds on an idle machine, more on one that is busy with other things. */
const RUNNING_MS = 120_000;

const transformers = await openTransformers({ 'random/whisper': tinySpeech() });
let listener: AutomaticSpeechRecognitionPipeline;
beforeAll(async () => {
  listener = await transformers.pipeline('automatic-speech-recognition', 'random/whisper', loadedOnWasm);
}, RUNNING_MS);
afterAll(() => listener.dispose());

/** 1.5 seconds at 16 kHz: a tone and some noise. */
function tone(hertz: number): Float32Array {
  const random = seededRandom(hertz);
  return Float32Array.from({ length: 24_000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 16_000) + 0.1 * random());
}

async function featuresOf(sound: Float32Array): Promise<Tensor> {
  const { input_features } = (await listener.processor!(sound)) as { input_features: Tensor };
  return input_features;
}

type Outputs = Readonly<Record<string, Tensor>>;

/** One run of the decoder; `before` is an earlier run's outputs, whose cache goes on. */
async function run(features: Tensor, ids: readonly number[], before: Outputs = {}): Promise<Outputs> {
  const cache = Object.entries(before)
    .filter(([name]) => name.startsWith('present.'))
    .map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor] as const);
  return listener.model.forward({
    input_features: features,
    decoder_input_ids: new transformers.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    past_key_values: cache.length === 0 ? null : Object.fromEntries(cache),
  });
}

/** Logits of the last token: (vocabulary). */
function lastLogits({ logits }: Outputs): Float32Array {
  return (logits!.data as Float32Array).slice(-logits!.dims[2]!);
}

const START = ['<|startoftranscript|>', '<|en|>', '<|transcribe|>', '<|notimestamps|>'];

function startIds(): number[] {
  return START.map((token) => listener.tokenizer.encode(token, { add_special_tokens: false })[0]!);
}

test(
  'a step with a cache makes the logits of the whole, and keeps what was heard',
  { timeout: RUNNING_MS },
  async () => {
    const features = await featuresOf(tone(440));
    expect(features.dims).toEqual([1, 80, 200]);
    let outputs = await run(features, startIds());
    const heard = outputs['present.1.encoder.key']!;
    expect(heard.dims).toEqual([1, 4, 100, 12]);
    const ids = startIds();
    for (const id of [72, 101, 108]) {
      ids.push(id);
      // Another sound: with a cache, the encoder's states are not looked at.
      outputs = await run(await featuresOf(tone(3000)), [id], outputs);
      expect(nmse(lastLogits(outputs), lastLogits(await run(features, ids)))).toBeLessThan(1e-10);
    }
    expect(outputs['present.1.decoder.value']!.dims).toEqual([1, 4, 7, 12]);
    expect(outputs['present.1.encoder.key']!.data).toEqual(heard.data);
  },
);

test('the pipeline writes what the decoder finds likeliest without a cache', { timeout: RUNNING_MS }, async () => {
  const features = await featuresOf(tone(440));
  const ids = startIds();
  for (let count = 0; count < 12; count++) ids.push(likeliest(lastLogits(await run(features, ids)), 1)[0]!);
  const answer = listener.tokenizer.decode(ids.slice(START.length), { skip_special_tokens: true });
  const options = { language: 'en', task: 'transcribe', max_new_tokens: 12 };
  const { text } = (await listener(tone(440), options)) as { text: string };
  expect(text).toBe(answer);
  expect(new Set(text).size).toBeGreaterThan(3);
});

test('another sound, another language and other weights make other logits', { timeout: RUNNING_MS }, async () => {
  const features = await featuresOf(tone(440));
  const logits = lastLogits(await run(features, startIds()));
  const otherSound = lastLogits(await run(await featuresOf(tone(3000)), startIds()));
  const [start, , ...rest] = startIds();
  const [german] = listener.tokenizer.encode('<|de|>', { add_special_tokens: false });
  const otherLanguage = lastLogits(await run(features, [start!, german!, ...rest]));
  // Measured: 0.024 and 0.0012.
  expect(nmse(otherSound, logits)).toBeGreaterThan(1e-4);
  expect(nmse(otherLanguage, logits)).toBeGreaterThan(1e-4);
  expect(tinySpeech(2).get('onnx/encoder_model.onnx')).not.toEqual(tinySpeech(1).get('onnx/encoder_model.onnx'));
});
