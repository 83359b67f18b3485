/** Small models that learnt to reason from DeepSeek-R1. */
import type { CatalogEntry } from '../entry.ts';
import { MIT } from '../licences.ts';

const DEEPSEEK = {
  family: 'DeepSeek-R1',
  maker: { name: 'DeepSeek', country: 'CN' },
  purpose: 'chat',
  contextLength: 131_072,
  languages: ['en', 'zh'],
  languageCount: 2,
  thinking: 'always',
  knowledgeCutoff: null,
  licence: MIT,
  openness: 'weights',
  slant:
    'Made under China’s rules for AI. DeepSeek-R1 refuses or gives the official line on much that is sensitive there, also on a computer of one’s own, and small models can take that over from it: one with 14 billion weights refused 29 in 100 of such questions in English and 81 in Chinese. These two were not measured by themselves.',
  checkedOn: '2026-11-21',
} as const;

const SLANT_SOURCES = ['https://arxiv.org/abs/2505.12625', 'https://llmcensor.com/findings.html'] as const;

/** Converted by others: DeepSeek offers no GGUF files. */
export const deepseek: readonly CatalogEntry[] = [
  {
    ...DEEPSEEK,
    id: 'deepseek-r1-distill-qwen-1-5b',
    name: 'DeepSeek-R1 Distill Qwen 1.5B',
    architecture: 'qwen2',
    parameters: 1_780_000_000,
    sizes: {
      layers: 28,
      embeddingLength: 1536,
      feedForwardLength: 8960,
      heads: 12,
      kvHeads: 2,
      headDim: 128,
      vocabularySize: 151_936,
      experts: null,
    },
    released: '2025-01',
    strengths: 'Works mathematics out step by step, astonishingly well for so small a model.',
    weaknesses: 'Thinks at length about everything, sometimes in circles. Poor at facts and small talk.',
    files: [
      {
        repository: 'bartowski/DeepSeek-R1-Distill-Qwen-1.5B-GGUF',
        commit: '9cc28b17e86fa2415fcb070f8ee5ec27c965aa61',
        fileName: 'DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 1_117_320_800,
        sha256: '1741e5b2d062b07acf048bf0d2c514dadf2a48f94e2b4aa0cfe069af3838ee2f',
      },
    ],
    sources: ['https://github.com/deepseek-ai/DeepSeek-R1', ...SLANT_SOURCES],
  },
  {
    ...DEEPSEEK,
    id: 'deepseek-r1-0528-qwen3-8b',
    name: 'DeepSeek-R1 0528 Qwen3 8B',
    architecture: 'qwen3',
    parameters: 8_190_000_000,
    sizes: {
      layers: 36,
      embeddingLength: 4096,
      feedForwardLength: 12_288,
      heads: 32,
      kvHeads: 8,
      headDim: 128,
      vocabularySize: 151_936,
      experts: null,
    },
    released: '2025-05',
    strengths: 'Strong at mathematics and puzzles: it works them out at length and shows how.',
    weaknesses: 'Always thinks, so answers take long. For everyday talk other models of its size do better.',
    files: [
      {
        repository: 'unsloth/DeepSeek-R1-0528-Qwen3-8B-GGUF',
        commit: 'eb48357c179d34dbf515983f798dfb8752a0f261',
        fileName: 'DeepSeek-R1-0528-Qwen3-8B-Q4_K_M.gguf',
        quantization: 'Q4_K_M',
        bytes: 5_027_785_216,
        sha256: 'a86349a4180c4e6bb43f874c29c404fa2be3f90b15509bd6d86f697dba724ec1',
      },
    ],
    sources: [
      'https://huggingface.co/lmstudio-community/DeepSeek-R1-0528-Qwen3-8B-GGUF',
      'https://github.com/deepseek-ai/DeepSeek-R1',
      ...SLANT_SOURCES,
    ],
  },
];
