/** Measures what code asks for by size: typed arrays, buffers, and arrays of a given length. What grows by itself is not seen. */

const SIZED = [
  'ArrayBuffer',
  'Array',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;
/** Of an ordinary array on a 64-bit machine; a buffer counts its bytes. */
const ITEM_BYTES: Readonly<Record<string, number>> = { ArrayBuffer: 1, Array: 8 };

/** What a run asked for. */
export interface Allocation {
  largestBytes: number;
}

/** Runs, and looks on until it has ended. One at a time: it stands in for the platform's constructors. */
export async function measureAllocation<Result>(allocation: Allocation, run: () => Promise<Result>): Promise<Result> {
  const globals = globalThis as unknown as Record<string, new (...values: unknown[]) => object>;
  const originals = SIZED.map((name) => [name, globals[name]!] as const);
  for (const [name, original] of originals) {
    const itemBytes = ITEM_BYTES[name] ?? (original as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    const counting: typeof original = new Proxy(original, {
      construct(target, values: unknown[], newTarget) {
        const [first] = values;
        const length = typeof first === 'number' ? first : Array.isArray(first) ? first.length : 0;
        allocation.largestBytes = Math.max(allocation.largestBytes, length * itemBytes);
        return Reflect.construct(target, values, newTarget === counting ? target : newTarget) as object;
      },
    });
    globals[name] = counting;
  }
  try {
    return await run();
  } finally {
    for (const [name, original] of originals) globals[name] = original;
  }
}
