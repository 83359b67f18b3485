/** Which forward code runs which `general.architecture`. A new family is one file and one line here; see README.md. */
import type { ArchitectureName } from '../format/architecture-names.ts';
import type { Activation } from '../graph/graph.ts';
import { bert } from './bert.ts';
import type { Forward } from './forward.ts';
import { gemma, gemma2, gemma3 } from './gemma.ts';
import { gptOss } from './gpt-oss.ts';
import { gpt2 } from './gpt2.ts';
import { gptneox } from './gptneox.ts';
import { granite } from './granite.ts';
import { llama } from './llama.ts';
import { mistral3 } from './mistral3.ts';
import { nomicBert } from './nomic-bert.ts';
import { olmo2 } from './olmo2.ts';
import { phi2 } from './phi2.ts';
import { phi3 } from './phi3.ts';
import { qwen2 } from './qwen2.ts';
import { qwen2moe } from './qwen2moe.ts';
import { qwen3 } from './qwen3.ts';
import { qwen3moe } from './qwen3moe.ts';
import { smollm3 } from './smollm3.ts';
import { stablelm } from './stablelm.ts';
import { starcoder2 } from './starcoder2.ts';

/** Declares a forward pass; returns logits (vocabulary) of the last token, or a text's embedding (embeddingLength). */
type Architecture = (forward: Forward) => Activation;

const byName: Readonly<Record<ArchitectureName, Architecture>> = {
  llama,
  mistral3,
  smollm3,
  qwen2,
  qwen3,
  qwen2moe,
  qwen3moe,
  granite,
  olmo2,
  gemma,
  gemma2,
  gemma3,
  phi2,
  phi3,
  stablelm,
  starcoder2,
  gpt2,
  gptneox,
  'gpt-oss': gptOss,
  bert,
  'nomic-bert': nomicBert,
};

/** Forward code by GGUF's name of the architecture, which a file may have made up. */
export const architectures: Readonly<Record<string, Architecture | undefined>> = byName;
