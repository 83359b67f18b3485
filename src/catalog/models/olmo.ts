/** OLMo 2 of the Allen Institute for AI, which publishes all that it was made of. */
import type { CatalogEntry } from '../entry.ts';
import { APACHE_2 } from '../licences.ts';
import { WESTERN_SLANT, WESTERN_SLANT_SOURCES } from './western-slant.ts';

const OLMO_2 = {
  family: 'OLMo 2',
  maker: { name: 'Allen Institute for AI (Ai2)', country: 'US' },
  purpose: 'chat',
  architecture: 'olmo2',
  contextLength: 4096,
  languages: ['en'],
  languageCount: 1,
  thinking: 'never',
  licence: APACHE_2,
  openness: 'everything',
  slant: `Ai2 says that it had little safety training and can write things that offend. Its training texts are public, so anyone can look at where its views come from. ${WESTERN_SLANT}`,
  sources: [
    'https://github.com/allenai/OLMo',
    'https://arxiv.org/abs/2501.00656',
    'https://huggingface.co/allenai/OLMo-2-0325-32B',
    ...WESTERN_SLANT_SOURCES,
  ],
  checkedOn: '2026-11-21',
} as const;

/** Ai2's own files. */
export const olmo: readonly CatalogEntry[] = [
  {
    ...OLMO_2,
    id: 'olmo-2-1b',
    name: 'OLMo 2 1B',
    parameters: 1_480_000_000,
    sizes: {
      layers: 16,
      embeddingLength: 2048,
      feedForwardLength: 8192,
      heads: 16,
      kvHeads: 16,
      headDim: 128,
      vocabularySize: 100_352,
      experts: null,
    },
    released: '2025-04',
    knowledgeCutoff: null,
    strengths: 'Made wholly in the open: texts, code and every step. Small and quick.',
    weaknesses: 'English only, and it remembers just a few pages of a conversation. Makes facts up.',
    files: [
      {
        repository: 'allenai/OLMo-2-0425-1B-Instruct-GGUF',
        commit: '62f8c199538474c3e33ed5d7e0580abd66686a27',
        fileName: 'OLMo-2-0425-1B-Instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 935_515_296,
        sha256: 'abd8187934a438fbf7cfff0a1de5b9d2793ce913f158794df1951dcba6c93cc6',
      },
      {
        repository: 'allenai/OLMo-2-0425-1B-Instruct-GGUF',
        commit: '62f8c199538474c3e33ed5d7e0580abd66686a27',
        fileName: 'OLMo-2-0425-1B-Instruct-Q8_0.gguf',
        quantization: 'Q8_0',
        bytes: 1_581_667_488,
        sha256: '4a180742923d27d2434e53062b21f508257a5ee15abda398a3db13385e33d6e6',
      },
    ],
  },
  {
    ...OLMO_2,
    id: 'olmo-2-7b',
    name: 'OLMo 2 7B',
    parameters: 7_300_000_000,
    sizes: {
      layers: 32,
      embeddingLength: 4096,
      feedForwardLength: 11_008,
      heads: 32,
      kvHeads: 32,
      headDim: 128,
      vocabularySize: 100_352,
      experts: null,
    },
    released: '2024-11',
    knowledgeCutoff: '2023-12',
    strengths: 'The most capable model here that was made wholly in the open and could be made again by others.',
    weaknesses: 'English only, and it remembers just a few pages of a conversation. Weak at code.',
    files: [
      {
        repository: 'allenai/OLMo-2-1124-7B-Instruct-GGUF',
        commit: '410e0069f64869e4b1d17d8de04810b881fd824b',
        fileName: 'olmo-2-1124-7B-instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 4_472_020_256,
        sha256: 'e08112e5f84aab7c05fa6e713c58e5214cd5d8e32ed773ff3354b006eed41b95',
      },
    ],
  },
];
