/** Which forward code runs which `general.architecture`. A new family is one file and one line here. */
import type { Activation } from '../graph/graph.ts';
import { type Forward, llama } from './llama.ts';

/** Forward code by GGUF's name of the architecture. */
export const architectures: Readonly<Record<string, ((forward: Forward) => Activation) | undefined>> = { llama };
