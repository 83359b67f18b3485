/** All families of models whose chat templates are tested. */
import type { FamilyTemplate } from './family.ts';
import { deepSeekR1 } from './deepseek-r1.ts';
import { gemma } from './gemma.ts';
import { gptOss } from './gpt-oss.ts';
import { granite } from './granite-3.ts';
import { llama3 } from './llama-3.ts';
import { mistral } from './mistral.ts';
import { olmo2 } from './olmo-2.ts';
import { phi3 } from './phi-3.ts';
import { phi4 } from './phi-4.ts';
import { qwen2 } from './qwen-2.ts';
import { qwen3 } from './qwen-3.ts';
import { smolLm2 } from './smollm-2.ts';
import { smolLm3 } from './smollm-3.ts';
import { starCoder2 } from './starcoder-2.ts';
import { zephyr } from './zephyr.ts';

/** All families. */
export const FAMILY_TEMPLATES: readonly FamilyTemplate[] = [
  llama3,
  mistral,
  smolLm2,
  smolLm3,
  qwen2,
  qwen3,
  gemma,
  phi3,
  phi4,
  olmo2,
  granite,
  deepSeekR1,
  gptOss,
  zephyr,
  starCoder2,
];
