/** Microsoft's Phi-4-mini. */
import type { CatalogEntry } from '../entry.ts';
import { MIT } from '../licences.ts';
import { WESTERN_SLANT, WESTERN_SLANT_SOURCES } from './western-slant.ts';

/** Converted by Unsloth: Microsoft offers no GGUF file of it. */
export const phi: readonly CatalogEntry[] = [
  {
    id: 'phi-4-mini',
    name: 'Phi-4 mini',
    family: 'Phi-4',
    maker: { name: 'Microsoft', country: 'US' },
    purpose: 'chat',
    architecture: 'phi3',
    parameters: 3_840_000_000,
    sizes: {
      layers: 32,
      embeddingLength: 3072,
      feedForwardLength: 8192,
      heads: 24,
      kvHeads: 8,
      headDim: 128,
      vocabularySize: 200_064,
      experts: null,
    },
    contextLength: 131_072,
    languages: [
      ...['en', 'ar', 'zh', 'cs', 'da', 'nl', 'fi', 'fr', 'de', 'he', 'hu', 'it'],
      ...['ja', 'ko', 'no', 'pl', 'pt', 'ru', 'es', 'sv', 'th', 'tr', 'uk'],
    ],
    languageCount: 23,
    thinking: 'never',
    released: '2025-02',
    knowledgeCutoff: '2024-06',
    licence: MIT,
    openness: 'weights',
    strengths: 'Strong at arithmetic, logic and short, exact answers for its size. Almost no strings in its licence.',
    weaknesses: 'Learnt in large part from texts written by models, and knows fewer facts. Best in English.',
    slant: `Microsoft trained it to be careful, and says that it serves some languages less well than English. ${WESTERN_SLANT}`,
    files: [
      {
        repository: 'unsloth/Phi-4-mini-instruct-GGUF',
        commit: '78eb92a46fc37e6b524df991ed9aca9bc6aa7b80',
        fileName: 'Phi-4-mini-instruct-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 2_491_874_272,
        sha256: '88c00229914083cd112853aab84ed51b87bdf6b9ce42f532d8c85c7c63b1730a',
      },
    ],
    sources: [
      'https://ai.azure.com/catalog/models/Phi-4-mini-instruct',
      'https://huggingface.co/microsoft/Phi-4-mini-instruct',
      ...WESTERN_SLANT_SOURCES,
    ],
    checkedOn: '2026-11-21',
  },
];
