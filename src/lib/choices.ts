/** What to say of the ways to have a model, and which one to propose. */
import type { FoundModel, ModelChoice } from '../../workers/protocol/found.ts';
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';

/** What most people take, the best known first: about four bits a weight, the middle between size and quality. */
const USUAL = ['Q4_K_M', 'UD-Q4_K_XL', 'Q4_K_S', 'Q4_K_L', 'Q4_0', 'MXFP4', 'IQ4_XS', 'q4f16_1', 'Q5_K_M', 'Q8_0'];

/**
 * The choice to propose among complete ones: a usual one, else the smallest of those that take no runtime of their own,
 * else the smallest; `null` if none is complete.
 */
export function proposedChoice(models: readonly FoundModel[]): ModelChoice | null {
  for (const { choices } of models) {
    const complete = choices.filter(({ missing }) => missing.length === 0);
    const usual = USUAL.flatMap((name) => complete.filter(({ quantization }) => quantization === name));
    const proposed = usual[0] ?? complete.find(({ container }) => container !== 'onnx') ?? complete[0];
    if (proposed) return proposed;
  }
  return null;
}

/** What tells a choice from the others of its model. */
export function choiceName({ container, quantization }: ModelChoice): string {
  if (container === 'onnx') return `${quantization} (ONNX)`;
  if (container === 'safetensors') return m.models_choice_original();
  if (container === 'mlc') return quantization === null ? 'MLC' : `${quantization} (MLC)`;
  return quantization ?? 'GGUF';
}

/** What is missing as a sentence, the first few names in full: `a, b, c and 4 more are missing.` */
export function missingSentence({ missing }: ModelChoice): string {
  const names = missing.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const parts = names.map((name) => /-(\d{5})-of-(\d{5})\.\w+$/.exec(name));
  const count = missing.length;
  if (parts.every((part) => part !== null)) {
    const numbers = listed(parts.map((part) => String(Number(part[1]))));
    return m.models_missing_parts({ count, numbers, total: Number(parts[0]![2]) });
  }
  return m.models_missing_names({ count, names: listed(names) });
}

function listed(names: readonly string[]): string {
  if (names.length > 4)
    return m.models_names_and_more({ names: names.slice(0, 3).join(', '), count: names.length - 3 });
  // British English has no comma before the last one.
  return new Intl.ListFormat(getLocale() === 'en' ? 'en-GB' : getLocale()).format(names);
}
