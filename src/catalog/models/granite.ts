/** IBM's Granite, the dense ones. */
import type { CatalogEntry } from '../entry.ts';
import { APACHE_2 } from '../licences.ts';
import { WESTERN_SLANT, WESTERN_SLANT_SOURCES } from './western-slant.ts';

const GRANITE = {
  maker: { name: 'IBM', country: 'US' },
  purpose: 'chat',
  architecture: 'granite',
  contextLength: 131_072,
  languages: ['en', 'de', 'es', 'fr', 'ja', 'pt', 'ar', 'cs', 'it', 'ko', 'nl', 'zh'],
  languageCount: 12,
  licence: APACHE_2,
  slant: `IBM chose its training texts by rules for use in companies; expect sober, businesslike answers. ${WESTERN_SLANT}`,
  checkedOn: '2026-11-21',
} as const;

/** IBM's own files. */
export const granite: readonly CatalogEntry[] = [
  {
    ...GRANITE,
    id: 'granite-3-3-2b',
    name: 'Granite 3.3 2B',
    family: 'Granite 3.3',
    parameters: 2_530_000_000,
    sizes: {
      layers: 40,
      embeddingLength: 2048,
      feedForwardLength: 8192,
      heads: 32,
      kvHeads: 8,
      headDim: 64,
      vocabularySize: 49_159,
      experts: null,
    },
    thinking: 'optional',
    released: '2025-04',
    knowledgeCutoff: '2024-04',
    openness: 'weights',
    strengths: 'Sober and quick: sums up, extracts, sorts and answers from a text that you give it. Calls tools.',
    weaknesses: 'Dry in conversation and stories. Behind newer models of its size at reasoning.',
    files: [
      {
        repository: 'ibm-granite/granite-3.3-2b-instruct-GGUF',
        commit: '7cdf86ccd1f1bb3491c9b7017b033f2e51367397',
        fileName: 'granite-3.3-2b-instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 1_545_303_328,
        sha256: 'ac71e9e32c0bea919b409c5918f69ca74339854b0319c5065e4e9fb6d95c4852',
      },
    ],
    sources: ['https://github.com/ibm-granite/granite-3.3-language-models', ...WESTERN_SLANT_SOURCES],
  },
  {
    ...GRANITE,
    id: 'granite-4-1-3b',
    name: 'Granite 4.1 3B',
    family: 'Granite 4.1',
    parameters: 3_400_000_000,
    sizes: {
      layers: 40,
      embeddingLength: 2560,
      feedForwardLength: 8192,
      heads: 40,
      kvHeads: 8,
      headDim: 64,
      vocabularySize: 100_352,
      experts: null,
    },
    thinking: 'never',
    released: '2026-04',
    knowledgeCutoff: null,
    openness: 'sources-named',
    strengths: 'Newer than most here. Follows instructions closely, calls tools, and keeps to a text that you give it.',
    weaknesses: 'Made for work more than for talk: plain in stories. Does not think before it answers.',
    files: [
      {
        repository: 'ibm-granite/granite-4.1-3b-GGUF',
        commit: 'ab4701481089b58a082ef63cc1cee738887293ff',
        fileName: 'granite-4.1-3b-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 2_099_501_664,
        sha256: '662b0626cd58f443baea23559b469df6576a81d349649c59413b36a9fb32eb29',
      },
    ],
    sources: [
      'https://github.com/ibm-granite/granite-4.1-language-models',
      'https://github.com/ibm-granite/granite-4.1-language-models/blob/main/disclosures/granite_4.1_3b_disclosure.json',
      'https://www.ibm.com/granite/docs/models/granite4-1',
      ...WESTERN_SLANT_SOURCES,
    ],
  },
];
