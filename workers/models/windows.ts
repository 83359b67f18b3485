/** Which layers of a model see a window of the latest tokens only, where such layers alternate with others. */
import type { Layer } from './decoder.ts';

/** Whether a layer is local: in each run of `period` layers all but the last are. */
export function isLocal({ index }: Pick<Layer, 'index'>, period: number): boolean {
  return index % period < period - 1;
}
