/**
 * How long a text the engine lets a model read: as long as it was trained for. Where queries are to grow with their
 * position beyond the original context (Llama 4's temperature, Ministral 3), which no kernel does, only up to there.
 * Source of the keys: llama.cpp's `gguf-py`, `Keys.Attention.TEMPERATURE_SCALE` and `Keys.Rope.SCALING_ORIG_CTX_LEN`.
 */

/** Tokens, from looks at a file's metadata below its architecture's name; 0 stands for a key that is not there. */
export function readableContext(number: (key: string) => number): number {
  const trained = number('context_length');
  const original = Math.floor(number('rope.scaling.original_context_length'));
  return number('attention.temperature_scale') === 0 || original === 0 ? trained : Math.min(trained, original);
}
