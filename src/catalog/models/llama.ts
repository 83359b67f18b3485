/** Meta's Llama 3, the small ones and the one that most others were compared with. */
import type { CatalogEntry } from '../entry.ts';
import { LLAMA_3_1, LLAMA_3_2 } from '../licences.ts';
import { WESTERN_SLANT, WESTERN_SLANT_SOURCES } from './western-slant.ts';

const LLAMA = {
  maker: { name: 'Meta', country: 'US' },
  purpose: 'chat',
  architecture: 'llama',
  contextLength: 131_072,
  languages: ['en', 'de', 'fr', 'it', 'pt', 'hi', 'es', 'th'],
  languageCount: 8,
  thinking: 'never',
  knowledgeCutoff: '2023-12',
  openness: 'weights',
  slant: `Trained by Meta to refuse dangerous requests, and to refuse harmless ones less often. ${WESTERN_SLANT}`,
  checkedOn: '2026-11-21',
} as const;

const LLAMA_3_2_SOURCES = [
  'https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/MODEL_CARD.md',
  'https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/LICENSE',
  ...WESTERN_SLANT_SOURCES,
] as const;

/** Converted by others: Meta's own repositories ask for an account. */
export const llama: readonly CatalogEntry[] = [
  {
    ...LLAMA,
    id: 'llama-3-2-1b',
    name: 'Llama 3.2 1B',
    family: 'Llama 3.2',
    parameters: 1_240_000_000,
    sizes: {
      layers: 16,
      embeddingLength: 2048,
      feedForwardLength: 8192,
      heads: 32,
      kvHeads: 8,
      headDim: 64,
      vocabularySize: 128_256,
      experts: null,
    },
    released: '2024-09',
    licence: LLAMA_3_2,
    strengths: 'Made for phones: quick, follows simple instructions, sums up and rewrites short texts.',
    weaknesses: 'Knows little and makes facts up. Weak at mathematics and code.',
    files: [
      {
        repository: 'bartowski/Llama-3.2-1B-Instruct-GGUF',
        commit: '067b946cf014b7c697f3654f621d577a3e3afd1c',
        fileName: 'Llama-3.2-1B-Instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 807_694_464,
        sha256: '6f85a640a97cf2bf5b8e764087b1e83da0fdb51d7c9fab7d0fece9385611df83',
      },
      {
        repository: 'bartowski/Llama-3.2-1B-Instruct-GGUF',
        commit: '067b946cf014b7c697f3654f621d577a3e3afd1c',
        fileName: 'Llama-3.2-1B-Instruct-Q8_0.gguf',
        quantization: 'Q8_0',
        bytes: 1_321_083_008,
        sha256: '432f310a77f4650a88d0fd59ecdd7cebed8d684bafea53cbff0473542964f0c3',
      },
    ],
    sources: LLAMA_3_2_SOURCES,
  },
  {
    ...LLAMA,
    id: 'llama-3-2-3b',
    name: 'Llama 3.2 3B',
    family: 'Llama 3.2',
    parameters: 3_210_000_000,
    sizes: {
      layers: 28,
      embeddingLength: 3072,
      feedForwardLength: 8192,
      heads: 24,
      kvHeads: 8,
      headDim: 128,
      vocabularySize: 128_256,
      experts: null,
    },
    released: '2024-09',
    licence: LLAMA_3_2,
    strengths: 'A dependable small helper for everyday questions, summaries and drafts in eight languages.',
    weaknesses: 'Behind newer models of its size at mathematics and code. Its knowledge ends in 2023.',
    files: [
      {
        repository: 'bartowski/Llama-3.2-3B-Instruct-GGUF',
        commit: '5ab33fa94d1d04e903623ae72c95d1696f09f9e8',
        fileName: 'Llama-3.2-3B-Instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 2_019_377_696,
        sha256: '6c1a2b41161032677be168d354123594c0e6e67d2b9227c84f296ad037c728ff',
      },
    ],
    sources: LLAMA_3_2_SOURCES,
  },
  {
    ...LLAMA,
    id: 'llama-3-1-8b',
    name: 'Llama 3.1 8B',
    family: 'Llama 3.1',
    parameters: 8_030_000_000,
    sizes: {
      layers: 32,
      embeddingLength: 4096,
      feedForwardLength: 14_336,
      heads: 32,
      kvHeads: 8,
      headDim: 128,
      vocabularySize: 128_256,
      experts: null,
    },
    released: '2024-07',
    licence: LLAMA_3_1,
    strengths: 'Widely used and well understood: natural conversation, summaries and drafts, and long texts.',
    weaknesses: 'Older than most here. It does not think before it answers, and its knowledge ends in 2023.',
    files: [
      {
        repository: 'bartowski/Meta-Llama-3.1-8B-Instruct-GGUF',
        commit: 'bf5b95e96dac0462e2a09145ec66cae9a3f12067',
        fileName: 'Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 4_920_739_232,
        sha256: '7b064f5842bf9532c91456deda288a1b672397a54fa729aa665952863033557c',
      },
    ],
    sources: [
      'https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/MODEL_CARD.md',
      'https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE',
      ...WESTERN_SLANT_SOURCES,
    ],
  },
];
