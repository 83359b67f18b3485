/**
 * How a KV cache lies in memory: (blocks, kvHeads, 64 positions, headDim). Nothing in it depends on how many blocks there
 * are, so a cache may grow; and the positions of a head that a workgroup reads lie side by side. `snippets/cache-place.wgsl`
 * says the same to kernels.
 */
import { roundUp } from './kernel.ts';

/** Positions of a block. */
const BLOCK = 64;

/** Positions that a cache has room for that is to hold so many: whole blocks. */
export function cachePositions(positions: number): number {
  return roundUp(positions, BLOCK);
}

/** Where a head of a position lies, in heads' lengths. */
export function cachePlace(position: number, kvHead: number, kvHeads: number): number {
  return (Math.floor(position / BLOCK) * kvHeads + kvHead) * BLOCK + (position % BLOCK);
}

/** The position whose key or value lies at a place: the inverse of `cachePlace`. */
export function cachedPosition(place: number, kvHeads: number): number {
  return Math.floor(place / (BLOCK * kvHeads)) * BLOCK + (place % BLOCK);
}
