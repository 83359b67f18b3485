/** Alibaba's Qwen2.5-Coder, for programs. */
import type { CatalogEntry } from '../entry.ts';
import { APACHE_2 } from '../licences.ts';
import { ALIBABA } from './qwen.ts';

const QWEN_CODER = {
  family: 'Qwen2.5-Coder',
  maker: ALIBABA,
  purpose: 'code',
  architecture: 'qwen2',
  contextLength: 32_768,
  languages: ['en', 'zh'],
  languageCount: 2,
  thinking: 'never',
  released: '2024-09',
  knowledgeCutoff: null,
  licence: APACHE_2,
  openness: 'weights',
  slant:
    'Made under China’s rules for AI; other Qwen models are quiet about what is sensitive there. That matters little for programs, and was not measured for this one.',
  sources: [
    'https://arxiv.org/abs/2409.12186',
    'https://wangjunjian.com/qwen-coder/arxiv/2024/09/22/Qwen2.5-Coder-Technical-Report.html',
  ],
  checkedOn: '2026-11-21',
} as const;

/** Two sizes whose licence allows every use; the 3B one's does not. */
export const qwenCoder: readonly CatalogEntry[] = [
  {
    ...QWEN_CODER,
    id: 'qwen2-5-coder-1-5b',
    name: 'Qwen2.5 Coder 1.5B',
    parameters: 1_540_000_000,
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
    strengths:
      'Small and quick for finishing, explaining and fixing short pieces of code in many programming languages.',
    weaknesses: 'Loses the overview in larger programs. Talks plainly about other things than code.',
    files: [
      {
        repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF',
        commit: 'f86cb2c1fa58255f8052cc32aeede1b7482d4361',
        fileName: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
        quantization: 'Q4_K_M',
        bytes: 1_117_320_768,
        sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
      },
    ],
  },
  {
    ...QWEN_CODER,
    id: 'qwen2-5-coder-7b',
    name: 'Qwen2.5 Coder 7B',
    parameters: 7_620_000_000,
    sizes: {
      layers: 28,
      embeddingLength: 3584,
      feedForwardLength: 18_944,
      heads: 28,
      kvHeads: 4,
      headDim: 128,
      vocabularySize: 152_064,
      experts: null,
    },
    strengths: 'Writes, explains and repairs code well for its size, and keeps its general knowledge.',
    weaknesses: 'Knows no library and no version that came out after it did, in 2024.',
    files: [
      {
        repository: 'Qwen/Qwen2.5-Coder-7B-Instruct-GGUF',
        commit: '13fb94bfda8c8cf22497dc57b78f391a9acb426a',
        fileName: 'qwen2.5-coder-7b-instruct-q4_k_m.gguf',
        quantization: 'Q4_K_M',
        bytes: 4_683_073_536,
        sha256: '509287f78cb4d4cf6b3843734733b914b2c158e43e22a7f4bf5e963800894d3c',
      },
    ],
  },
];
