/**
 * Gives memory back that nothing reads any more. Collectors take their time: gigabytes that pass in pieces leave hundreds of
 * megabytes lying about.
 */

/** Empties the array and frees its memory at once, where the browser can; elsewhere the collector does. */
export function freeMemory({ buffer }: Uint8Array<ArrayBuffer>): void {
  const detachable = buffer as { transfer?: (byteLength: number) => ArrayBuffer };
  detachable.transfer?.(0);
}
