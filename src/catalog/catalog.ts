/**
 * The models that Freehold recommends, as data. A name stands here only if its files are free to fetch without an account
 * and its architecture runs; `checkedOn` says when an entry was last held against its sources.
 */
import type { CatalogEntry } from './entry.ts';
import { deepseek } from './models/deepseek.ts';
import { embeddings } from './models/embeddings.ts';
import { european } from './models/european.ts';
import { gemma } from './models/gemma.ts';
import { gptOss } from './models/gpt-oss.ts';
import { granite } from './models/granite.ts';
import { llama } from './models/llama.ts';
import { olmo } from './models/olmo.ts';
import { phi } from './models/phi.ts';
import { qwenCoder } from './models/qwen-coder.ts';
import { qwen3 } from './models/qwen3.ts';
import { smollm } from './models/smollm.ts';

/** By family; within one from small to large. */
export const CATALOG: readonly CatalogEntry[] = [
  ...qwen3,
  ...qwenCoder,
  ...llama,
  ...smollm,
  ...gemma,
  ...phi,
  ...olmo,
  ...granite,
  ...deepseek,
  ...european,
  ...gptOss,
  ...embeddings,
];
