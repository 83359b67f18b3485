/** Hugging Face's SmolLM, whose data and training are public too. */
import type { CatalogEntry } from '../entry.ts';
import { APACHE_2 } from '../licences.ts';
import { WESTERN_SLANT, WESTERN_SLANT_SOURCES } from './western-slant.ts';

const SMOLLM = {
  maker: { name: 'Hugging Face', country: 'US' },
  purpose: 'chat',
  licence: APACHE_2,
  openness: 'everything',
  slant: `Its training texts are public, so anyone can look at where its views come from: for the most part English web pages picked for how much they teach. ${WESTERN_SLANT}`,
  checkedOn: '2026-11-21',
} as const;

const SMOLLM2 = {
  ...SMOLLM,
  family: 'SmolLM2',
  architecture: 'llama',
  contextLength: 8192,
  languages: ['en'],
  languageCount: 1,
  thinking: 'never',
  released: '2024-11',
  knowledgeCutoff: null,
  sources: [
    'https://github.com/huggingface/smollm/blob/main/text/README.md',
    'https://huggingface.co/HuggingFaceTB/SmolLM2-360M-Instruct',
    ...WESTERN_SLANT_SOURCES,
  ],
} as const;

/** From 360 million weights to three billion. */
export const smollm: readonly CatalogEntry[] = [
  {
    ...SMOLLM2,
    id: 'smollm2-360m',
    name: 'SmolLM2 360M',
    parameters: 362_000_000,
    sizes: {
      layers: 32,
      embeddingLength: 960,
      feedForwardLength: 2560,
      heads: 15,
      kvHeads: 5,
      headDim: 64,
      vocabularySize: 49_152,
      experts: null,
    },
    strengths: 'Tiny and quick, a good first try on an old device. Rewords and sums up short English texts.',
    weaknesses: 'English only. Not to be trusted with facts, arithmetic or longer tasks.',
    files: [
      {
        repository: 'HuggingFaceTB/SmolLM2-360M-Instruct-GGUF',
        commit: '593b5a2e04c8f3e4ee880263f93e0bd2901ad47f',
        fileName: 'smollm2-360m-instruct-q8_0.gguf',
        quantization: 'Q8_0',
        bytes: 386_404_992,
        sha256: '48ab3034d0dd401fbc721eb1df3217902fee7dab9078992d66431f09b7750201',
      },
    ],
  },
  {
    ...SMOLLM2,
    id: 'smollm2-1-7b',
    name: 'SmolLM2 1.7B',
    parameters: 1_710_000_000,
    sizes: {
      layers: 24,
      embeddingLength: 2048,
      feedForwardLength: 8192,
      heads: 32,
      kvHeads: 32,
      headDim: 64,
      vocabularySize: 49_152,
      experts: null,
    },
    strengths: 'Made wholly in the open. Rewrites, sums up and explains in English on modest devices.',
    weaknesses: 'English only, with a short memory of the conversation. Weaker than newer models of its size.',
    files: [
      {
        repository: 'HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF',
        commit: '2d4a76a30b4af41ecd395c35725ac11688d4cfe4',
        fileName: 'smollm2-1.7b-instruct-q4_k_m.gguf',
        quantization: 'Q4_K_M',
        bytes: 1_055_609_536,
        sha256: 'decd2598bc2c8ed08c19adc3c8fdd461ee19ed5708679d1c54ef54a5a30d4f33',
      },
    ],
  },
  {
    ...SMOLLM,
    id: 'smollm3-3b',
    name: 'SmolLM3 3B',
    family: 'SmolLM3',
    architecture: 'smollm3',
    parameters: 3_080_000_000,
    sizes: {
      layers: 36,
      embeddingLength: 2048,
      feedForwardLength: 11_008,
      heads: 16,
      kvHeads: 4,
      headDim: 128,
      vocabularySize: 128_256,
      experts: null,
    },
    contextLength: 65_536,
    languages: ['en', 'fr', 'es', 'de', 'it', 'pt'],
    languageCount: 6,
    thinking: 'optional',
    released: '2025-07',
    knowledgeCutoff: '2025-06',
    strengths: 'Among the best of its size that were made in the open. Thinks if you let it, and reads long texts.',
    weaknesses: 'Six European languages; in others it is much weaker. Makes up rare facts.',
    files: [
      {
        repository: 'ggml-org/SmolLM3-3B-GGUF',
        commit: '4965cb60b150737b68a0408c36aeefb65078f894',
        fileName: 'SmolLM3-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 1_915_305_312,
        sha256: '8334b850b7bd46238c16b0c550df2138f0889bf433809008cc17a8b05761863e',
      },
      {
        repository: 'ggml-org/SmolLM3-3B-GGUF',
        commit: '4965cb60b150737b68a0408c36aeefb65078f894',
        fileName: 'SmolLM3-Q8_0.gguf',
        quantization: 'Q8_0',
        bytes: 3_275_574_624,
        sha256: '8aa8cc74656137174a1988d993b00828e65a86fd68773412b632a75aa1373248',
      },
    ],
    sources: [
      'https://github.com/huggingface/smollm/blob/main/text/README.md',
      'https://huggingface.co/HuggingFaceTB/SmolLM3-3B-Base',
      ...WESTERN_SLANT_SOURCES,
    ],
  },
];
