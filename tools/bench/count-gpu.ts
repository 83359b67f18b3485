/**
 * Counts what a page and its workers ask of WebGPU, whichever engine asks: the same wrapper for all, put around the API
 * before any engine's code runs. Counts hold on any machine, where times do not.
 *
 * `countGpu` is also sent into pages and workers as text: it must not use anything from outside itself.
 */

/** Calls by what they ask for. Objects are counted as they are made; pipelines made with `…Async` too. */
export const CALLS = [
  'submits',
  'passes',
  'dispatches',
  'copies',
  'writes',
  'maps',
  'encoders',
  'bindGroups',
  'buffers',
  'pipelines',
  'shaderModules',
] as const;

/** How many of each. */
export type GpuCalls = Record<(typeof CALLS)[number], number>;

/** What a realm has asked for since it began. */
export interface GpuApiCounts extends GpuCalls {
  /** Of buffers that are not destroyed now; one that was only forgotten counts until its device is destroyed. */
  bufferBytes: number;
  /** The most that `bufferBytes` was. */
  peakBufferBytes: number;
}

/** A realm that counts. */
export interface CountingScope {
  gpuCounts?: GpuApiCounts;
}

/**
 * Starts to count in this realm as `scope.gpuCounts`, and in each worker that it starts: its script is started behind this
 * function's own text, modules and classic scripts alike.
 */
export function countGpu(scope: object): void {
  type Method = (this: object, ...args: unknown[]) => unknown;
  type Constructor = new (...args: unknown[]) => object;
  const realm = scope as Record<string, { prototype: Record<string, unknown> } | undefined>;
  const counts = {
    ...{ submits: 0, passes: 0, dispatches: 0, copies: 0, writes: 0, maps: 0, encoders: 0, bindGroups: 0, buffers: 0 },
    ...{ pipelines: 0, shaderModules: 0, bufferBytes: 0, peakBufferBytes: 0 },
  };
  Object.assign(scope, { gpuCounts: counts });

  const wrap = (
    type: string,
    methods: readonly string[],
    after: (on: object, result: unknown, args: readonly unknown[]) => void,
  ) => {
    const prototype = realm[type]?.prototype;
    for (const name of methods) {
      const method = prototype?.[name];
      if (prototype === undefined || typeof method !== 'function') continue;
      const original = method as Method;
      prototype[name] = function (this: object, ...args: unknown[]) {
        const result = Reflect.apply(original, this, args);
        after(this, result, args);
        return result;
      };
    }
  };
  const count = (type: string, methods: readonly string[], key: keyof typeof counts) => {
    wrap(type, methods, () => {
      counts[key]++;
    });
  };
  count('GPUQueue', ['submit'], 'submits');
  count('GPUQueue', ['writeBuffer'], 'writes');
  count('GPUCommandEncoder', ['beginComputePass', 'beginRenderPass'], 'passes');
  count('GPUCommandEncoder', ['copyBufferToBuffer'], 'copies');
  count('GPUComputePassEncoder', ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'], 'dispatches');
  count('GPUDevice', ['createCommandEncoder'], 'encoders');
  count('GPUDevice', ['createBindGroup'], 'bindGroups');
  count('GPUDevice', ['createComputePipeline', 'createComputePipelineAsync'], 'pipelines');
  count('GPUDevice', ['createShaderModule'], 'shaderModules');
  count('GPUBuffer', ['mapAsync'], 'maps');

  /** Bytes of each device's buffers, and of each buffer until it is destroyed. */
  const held = new WeakMap<object, number>();
  const sizes = new WeakMap<object, { device: object; bytes: number }>();
  const hold = (device: object, bytes: number) => {
    held.set(device, (held.get(device) ?? 0) + bytes);
    counts.bufferBytes += bytes;
    counts.peakBufferBytes = Math.max(counts.peakBufferBytes, counts.bufferBytes);
  };
  wrap('GPUDevice', ['createBuffer'], (device, buffer, [descriptor]) => {
    counts.buffers++;
    const bytes = (descriptor as { size: number }).size;
    sizes.set(buffer as object, { device, bytes });
    hold(device, bytes);
  });
  wrap('GPUBuffer', ['destroy'], (buffer) => {
    const size = sizes.get(buffer);
    if (size !== undefined && (held.get(size.device) ?? 0) > 0) hold(size.device, -size.bytes);
    sizes.delete(buffer);
  });
  wrap('GPUDevice', ['destroy'], (device) => {
    hold(device, -(held.get(device) ?? 0));
  });

  const NativeWorker = realm['Worker'] as unknown as Constructor | undefined;
  if (NativeWorker === undefined) return;
  const begin = `(${countGpu.toString()})(globalThis);\n`;
  const blobs = new Map<string, Blob>();
  const makeUrl = URL.createObjectURL.bind(URL);
  const script = (...parts: BlobPart[]) => makeUrl(new Blob(parts, { type: 'text/javascript' }));
  URL.createObjectURL = (object) => {
    const url = makeUrl(object);
    if (object instanceof Blob) blobs.set(url, object);
    return url;
  };
  Object.assign(scope, {
    Worker: class extends NativeWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        const blob = blobs.get(String(url));
        // From a blob no script has a relative address.
        const whole = JSON.stringify(new URL(url, location.href).href);
        const counted =
          blob !== undefined
            ? script(begin, blob)
            : options?.type === 'module'
              ? script(`import ${JSON.stringify(script(begin))}; import ${whole};`)
              : script(begin, `importScripts(${whole});`);
        super(counted, options);
      }
    },
  });
}

/** The sum of what several realms counted; peaks of different realms are added too. */
export function sumCounts(all: readonly GpuApiCounts[]): GpuApiCounts {
  const sum = { ...all[0]! };
  for (const counts of all.slice(1))
    for (const key of [...CALLS, 'bufferBytes', 'peakBufferBytes'] as const) sum[key] += counts[key];
  return sum;
}

/** An answer: what had been counted before it and behind it, and its tokens. */
export interface CountedAnswer {
  readonly before: GpuCalls;
  readonly after: GpuCalls;
  readonly tokens: number;
}

/** Calls for each token that the longer of two answers to prompts of one length has more. Throws where it has none more. */
export function callsPerToken(shorter: CountedAnswer, longer: CountedAnswer): GpuCalls {
  const more = longer.tokens - shorter.tokens;
  if (more <= 0)
    throw new Error(
      `a longer answer was asked for, and it has ${longer.tokens} tokens where the shorter has ${shorter.tokens}: choose a model that ends later`,
    );
  const calls = (key: keyof GpuCalls, { before, after }: CountedAnswer) => after[key] - before[key];
  const perToken = CALLS.map((key) => [key, (calls(key, longer) - calls(key, shorter)) / more] as const);
  return Object.fromEntries(perToken) as GpuCalls;
}
