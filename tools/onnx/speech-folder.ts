/** The folder of a small Whisper, as transformers.js wants it. */
import { BYTE_LEVEL } from '../testing/folder-tokenizers.ts';
import { addedToken } from '../testing/tokenizer-json.ts';
import { type Folder, json } from './folder.ts';
import { speechDecoderOnnx, speechEncoderOnnx } from './speech.ts';
import { SPEECH, speechWeights } from './speech-weights.ts';

const SAMPLES_PER_SECOND = 16_000;
const SAMPLES_PER_FRAME = 160;

const CONTROLS = ['endoftext', 'startoftranscript', 'en', 'de', 'translate', 'transcribe', 'notimestamps'] as const;
const WORDS = Object.keys(BYTE_LEVEL.model.vocab).length;
const idOf = (control: (typeof CONTROLS)[number]): number => WORDS + CONTROLS.indexOf(control);
/** Seconds into the sound, one token for each of the encoder's positions and the end. */
const TIMES = Array.from({ length: SPEECH.frames / 2 + 1 }, (_, position) => (position / 50).toFixed(2));
const SPELLINGS = [...CONTROLS, ...TIMES].map((name) => `<|${name}|>`);

/** Never written: controls, times, and bytes that are not ASCII's signs, so that an answer is text until its limit. */
function quietIds(): ReadonlySet<number> {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte < 32 || byte > 126);
  return new Set([...bytes, ...SPELLINGS.map((_, index) => WORDS + index)]);
}

const config = {
  architectures: ['WhisperForConditionalGeneration'],
  model_type: 'whisper',
  is_encoder_decoder: true,
  activation_function: 'gelu',
  d_model: SPEECH.width,
  encoder_layers: SPEECH.layers,
  encoder_attention_heads: SPEECH.heads,
  encoder_ffn_dim: SPEECH.feedForward,
  decoder_layers: SPEECH.layers,
  decoder_attention_heads: SPEECH.heads,
  decoder_ffn_dim: SPEECH.feedForward,
  max_source_positions: SPEECH.frames / 2,
  max_target_positions: SPEECH.answerTokens,
  num_mel_bins: SPEECH.melBins,
  vocab_size: WORDS + SPELLINGS.length,
  decoder_start_token_id: idOf('startoftranscript'),
  eos_token_id: idOf('endoftext'),
  pad_token_id: idOf('endoftext'),
};

const generation = {
  decoder_start_token_id: idOf('startoftranscript'),
  eos_token_id: idOf('endoftext'),
  pad_token_id: idOf('endoftext'),
  is_multilingual: true,
  lang_to_id: { '<|en|>': idOf('en'), '<|de|>': idOf('de') },
  task_to_id: { translate: idOf('translate'), transcribe: idOf('transcribe') },
  no_timestamps_token_id: idOf('notimestamps'),
  return_timestamps: false,
  max_length: SPEECH.answerTokens,
};

const sound = {
  feature_extractor_type: 'WhisperFeatureExtractor',
  processor_class: 'WhisperProcessor',
  feature_size: SPEECH.melBins,
  sampling_rate: SAMPLES_PER_SECOND,
  hop_length: SAMPLES_PER_FRAME,
  n_fft: 400,
  n_samples: SPEECH.frames * SAMPLES_PER_FRAME,
  nb_max_frames: SPEECH.frames,
  chunk_length: (SPEECH.frames * SAMPLES_PER_FRAME) / SAMPLES_PER_SECOND,
  padding_value: 0,
};

/** The folder of a Whisper with seeded random weights, which hears two seconds and writes noise. */
export function tinySpeech(seed = 1): Folder {
  const weights = speechWeights(config.vocab_size, quietIds(), seed);
  const controls = SPELLINGS.map((spelling, index) =>
    addedToken(WORDS + index, spelling, { special: index < CONTROLS.length }),
  );
  return new Map([
    ['config.json', json(config)],
    ['generation_config.json', json(generation)],
    ['preprocessor_config.json', json(sound)],
    ['tokenizer.json', json({ ...BYTE_LEVEL, added_tokens: controls })],
    ['tokenizer_config.json', json({ tokenizer_class: 'WhisperTokenizer', eos_token: '<|endoftext|>' })],
    ['onnx/encoder_model.onnx', speechEncoderOnnx(weights)],
    ['onnx/decoder_model_merged.onnx', speechDecoderOnnx(weights)],
  ]);
}
