/** OpenAI's open-weight model, the smaller of two. */
import type { CatalogEntry } from '../entry.ts';
import { APACHE_2 } from '../licences.ts';

/** Converted by ggml-org, with OpenAI's own four-bit weights as they are. */
export const gptOss: readonly CatalogEntry[] = [
  {
    id: 'gpt-oss-20b',
    name: 'gpt-oss 20B',
    family: 'gpt-oss',
    maker: { name: 'OpenAI', country: 'US' },
    purpose: 'chat',
    architecture: 'gpt-oss',
    parameters: 20_900_000_000,
    activeParameters: 3_600_000_000,
    sizes: {
      layers: 24,
      embeddingLength: 2880,
      feedForwardLength: 2880,
      heads: 64,
      kvHeads: 8,
      headDim: 64,
      vocabularySize: 201_088,
      experts: { count: 32, used: 4 },
    },
    contextLength: 131_072,
    languages: ['en'],
    languageCount: 1,
    thinking: 'always',
    released: '2025-08',
    knowledgeCutoff: '2024-06',
    licence: APACHE_2,
    openness: 'weights',
    strengths: 'The strongest reasoner here: mathematics, code, tools. You choose how much it thinks.',
    weaknesses: 'Wants about 13 GB of graphics memory. Knows fewer facts than its size suggests and makes them up.',
    slant:
      'Trained to follow OpenAI’s policies on what is safe. A reviewer found that it refuses harmless questions too, and not always the same ones.',
    files: [
      {
        repository: 'ggml-org/gpt-oss-20b-GGUF',
        commit: 'ef9b12f2ff56c69cf32153a02784e7a3c88bf524',
        fileName: 'gpt-oss-20b-MXFP4.gguf',
        quantization: 'MXFP4',
        bytes: 12_109_566_624,
        sha256: '27cd6c432c7672cb812a92f611cf3ba7bbc35928262bb1e1253ff4ee6ae35901',
      },
    ],
    sources: [
      'https://github.com/openai/gpt-oss',
      'https://arxiv.org/abs/2508.10925',
      'https://msukhareva.substack.com/p/another-big-problem-of-gpt-oss-erratic',
    ],
    checkedOn: '2026-11-21',
  },
];
