/** The counter around a GPU that is not there: every call is counted, passed on, and answered as before. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { callsPerToken, CALLS, countGpu, type CountingScope, type GpuApiCounts, sumCounts } from './count-gpu.ts';

/** Classes with the API's names and methods, which note what they are asked. */
function fakeGpu() {
  const asked: string[] = [];
  const note = (name: string, args: readonly unknown[]) => asked.push(`${name}(${args.map(String).join()})`);
  class GPUBuffer {
    size: number;
    constructor(size: number) {
      this.size = size;
    }
    mapAsync(mode: number) {
      note('mapAsync', [mode]);
      return Promise.resolve();
    }
    destroy() {
      note('destroy', []);
    }
  }
  class GPUComputePassEncoder {
    dispatchWorkgroups(...sizes: number[]) {
      note('dispatchWorkgroups', sizes);
    }
    dispatchWorkgroupsIndirect() {
      note('dispatchWorkgroupsIndirect', []);
    }
  }
  class GPUCommandEncoder {
    beginComputePass() {
      return new GPUComputePassEncoder();
    }
    copyBufferToBuffer() {
      note('copyBufferToBuffer', []);
    }
    finish() {
      return 'commands';
    }
  }
  class GPUQueue {
    submit(commands: readonly unknown[]) {
      note('submit', commands);
    }
    writeBuffer() {
      note('writeBuffer', []);
    }
  }
  class GPUDevice {
    queue = new GPUQueue();
    createBuffer({ size }: { size: number }) {
      return new GPUBuffer(size);
    }
    createBindGroup() {
      return 'bind group';
    }
    createCommandEncoder() {
      return new GPUCommandEncoder();
    }
    createShaderModule() {
      return 'module';
    }
    createComputePipeline() {
      return 'pipeline';
    }
    createComputePipelineAsync() {
      return Promise.resolve('pipeline');
    }
    destroy() {
      note('destroy device', []);
    }
  }
  const scope = { GPUBuffer, GPUComputePassEncoder, GPUCommandEncoder, GPUQueue, GPUDevice };
  countGpu(scope);
  return { device: new GPUDevice(), asked, counts: (scope as CountingScope).gpuCounts! };
}

function calls(counts: Partial<GpuApiCounts>): Partial<GpuApiCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([key, value]) => value !== 0 && !key.endsWith('Bytes')));
}

describe('the counter', () => {
  test('counts a step of an engine and passes every call on', async () => {
    const { device, asked, counts } = fakeGpu();
    device.createShaderModule();
    expect(device.createComputePipeline()).toBe('pipeline');
    await expect(device.createComputePipelineAsync()).resolves.toBe('pipeline');
    expect(device.createBindGroup()).toBe('bind group');
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.dispatchWorkgroups(1, 2, 3);
    pass.dispatchWorkgroups(4);
    pass.dispatchWorkgroupsIndirect();
    encoder.copyBufferToBuffer();
    device.queue.writeBuffer();
    device.queue.submit([encoder.finish()]);
    const buffer = device.createBuffer({ size: 16 });
    await buffer.mapAsync(1);
    expect(calls(counts)).toEqual({
      ...{ shaderModules: 1, pipelines: 2, bindGroups: 1, encoders: 1, passes: 1, dispatches: 3, copies: 1, writes: 1 },
      ...{ submits: 1, buffers: 1, maps: 1 },
    });
    expect(asked).toEqual([
      ...['dispatchWorkgroups(1,2,3)', 'dispatchWorkgroups(4)', 'dispatchWorkgroupsIndirect()'],
      ...['copyBufferToBuffer()', 'writeBuffer()', 'submit(commands)', 'mapAsync(1)'],
    ]);
  });

  test('knows the most bytes of buffers that there were, and forgets those that are destroyed', () => {
    const { device, counts } = fakeGpu();
    const large = device.createBuffer({ size: 1000 });
    device.createBuffer({ size: 10 });
    large.destroy();
    large.destroy();
    expect(counts).toMatchObject({ bufferBytes: 10, peakBufferBytes: 1010 });
    const left = device.createBuffer({ size: 500 });
    device.destroy();
    left.destroy();
    expect(counts).toMatchObject({ bufferBytes: 0, peakBufferBytes: 1010, buffers: 3 });
  });

  test('counts nothing where there is no WebGPU', () => {
    const scope: CountingScope = {};
    countGpu(scope);
    expect(calls(scope.gpuCounts!)).toEqual({});
  });
});

describe('a worker that a counting page starts', () => {
  const makeUrl = URL.createObjectURL.bind(URL);
  afterEach(() => {
    URL.createObjectURL = makeUrl;
    vi.unstubAllGlobals();
  });

  /** The text of the script that a worker is started from in the end. */
  async function scriptOf(
    start: (worker: new (url: string, options?: WorkerOptions) => { readonly url: string }) => { readonly url: string },
  ) {
    const made = new Map<string, Blob>();
    URL.createObjectURL = (object) => {
      const url = `blob:made/${made.size}`;
      made.set(url, object as Blob);
      return url;
    };
    vi.stubGlobal('location', { href: 'http://localhost/page/' });
    class FakeWorker {
      readonly url: string;
      constructor(url: string) {
        this.url = url;
      }
    }
    const scope = { Worker: FakeWorker };
    countGpu(scope);
    const started = start(scope.Worker);
    return { text: await made.get(started.url)!.text(), textAt: (url: string) => made.get(url)!.text() };
  }

  test('begins with the counter, if it comes from a blob', async () => {
    const { text } = await scriptOf((Worker) => new Worker(URL.createObjectURL(new Blob(['work();']))));
    expect(text).toMatch(/^\(function countGpu\(/);
    expect(text).toMatch(/\}\)\(globalThis\);\n+work\(\);$/);
  });

  test('begins with the counter, if it is a classic script', async () => {
    const { text } = await scriptOf((Worker) => new Worker('work.js'));
    expect(text).toMatch(/^\(function countGpu\(/);
    expect(text).toMatch(/importScripts\("http:\/\/localhost\/page\/work\.js"\);$/);
  });

  test('imports the counter before all else, if it is a module', async () => {
    const { text, textAt } = await scriptOf((Worker) => new Worker('work.js', { type: 'module' }));
    const [, counter, module] = /^import "(.+)"; import "(.+)";$/.exec(text)!;
    expect(module).toBe('http://localhost/page/work.js');
    expect(await textAt(counter!)).toMatch(/^\(function countGpu\(/);
  });
});

describe('counts', () => {
  const zero = Object.fromEntries(
    [...CALLS, 'bufferBytes', 'peakBufferBytes'].map((key) => [key, 0]),
  ) as unknown as GpuApiCounts;

  test('of several realms are added', () => {
    const sum = sumCounts([{ ...zero, submits: 2, peakBufferBytes: 7 }, zero, { ...zero, submits: 3, maps: 1 }]);
    expect(calls(sum)).toEqual({ submits: 5, maps: 1 });
    expect(sum.peakBufferBytes).toBe(7);
  });

  test('for each token leave out what both answers took alike', () => {
    const [start, between, end] = [0, 14, 36].map((submits) => ({ ...zero, submits, dispatches: 10 * submits }));
    const shorter = { before: start!, after: between!, tokens: 4 };
    const longer = { before: between!, after: end!, tokens: 8 };
    expect(calls(callsPerToken(shorter, longer))).toEqual({ submits: 2, dispatches: 20 });
    expect(() => callsPerToken(shorter, { ...longer, tokens: 4 })).toThrow('a longer answer was asked for');
  });
});
