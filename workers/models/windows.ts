/**
 * Which layers of a model see a window of the latest tokens only. A file may list them, one truth value a layer (GGUF's
 * `sliding_window_pattern`, the `layer_types` of a `config.json`); else families alternate with a period of their own.
 */
import type { Forward } from './forward.ts';
import type { Layer } from './layer-tensors.ts';

const PATTERN = 'attention.sliding_window_pattern';

/** Whether each layer is local, as the file lists it; `null` where it has no list. Throws `FileMalformed`. */
export function listedLocal({ settings, shape }: Pick<Forward, 'settings' | 'shape'>): readonly boolean[] | null {
  return settings.flags(PATTERN, shape.layers);
}

/**
 * Tells local layers apart: by the file's list, else by its period, else by the family's. In each run of `period` layers
 * all but the last are local. Throws `FileMalformed`.
 */
export function localLayers(
  forward: Pick<Forward, 'settings' | 'shape'>,
  usualPeriod: number,
): (layer: Pick<Layer, 'index'>) => boolean {
  const listed = listedLocal(forward);
  if (listed) return ({ index }) => listed[index]!;
  const period = forward.settings.integer(PATTERN, usualPeriod);
  return ({ index }) => index % period < period - 1;
}
