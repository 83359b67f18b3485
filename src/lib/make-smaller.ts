/** What a person may choose for a model of floats: to keep its weights exact or to make them smaller as they are loaded. */
import type { QuantizedType } from '../../workers/protocol/engine.ts';
import type { ModelSummary } from '../../workers/protocol/model.ts';
import { m } from '../paraglide/messages.js';
import { readStored, writeStored } from './stored.ts';

/** One way to load a model; `null` keeps its weights as they are. */
export interface SizeChoice {
  readonly quantize: QuantizedType | null;
  readonly label: string;
  /** Bytes of its weights on the GPU, norms and biases taken for as small. */
  readonly weightBytes: number;
}

const KEY = 'quantize';
const isFloats = ({ quantization }: ModelSummary): boolean => /^(F32|F16|BF16)\b/.test(quantization);

/** The choices for a model; none where most of its weights are quantized already. */
export function sizeChoices(summary: ModelSummary): readonly SizeChoice[] {
  if (!isFloats(summary)) return [];
  const { fileBytes, parameters } = summary;
  return [
    { quantize: null, label: m.models_size_exact(), weightBytes: fileBytes },
    // A scale of 16 bits for 32 weights comes on top.
    { quantize: 'Q8_0', label: m.models_size_smaller(), weightBytes: (parameters * 8.5) / 8 },
    { quantize: 'Q4_0', label: m.models_size_smallest(), weightBytes: (parameters * 4.5) / 8 },
  ];
}

/** What was chosen for this model, so that it is loaded so every time. */
export function keptChoice(summary: ModelSummary): QuantizedType | null {
  const choice = keptChoices()[keyOf(summary)];
  return isFloats(summary) && (choice === 'Q8_0' || choice === 'Q4_0') ? choice : null;
}

/** Keeps what was chosen for this model. */
export function keepChoice(summary: ModelSummary, quantize: QuantizedType | null): void {
  const others = Object.entries(keptChoices()).filter(([key]) => key !== keyOf(summary));
  const choices = Object.fromEntries(quantize === null ? others : [...others, [keyOf(summary), quantize]]);
  writeStored(KEY, Object.keys(choices).length === 0 ? null : choices);
}

/** Known before a model is in the library, unlike its id there. */
function keyOf({ fileName, fileBytes }: ModelSummary): string {
  return `${fileName} ${fileBytes}`;
}

function keptChoices(): Readonly<Record<string, unknown>> {
  const kept = readStored(KEY);
  return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
}
