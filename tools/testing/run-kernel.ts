/**
 * Runs one kernel once in Node and reads its buffers back: the GPU half of every parity test.
 *
 * `testDevices` lists each distinct kind of software or hardware adapter here, so that a test runs in every variant that
 * this machine can show. None at all is said loudly, and fails where REQUIRE_GPU=1.
 */
import type { Extent, Kernel, Variant } from '../../shaders/kernel.ts';
import { createPipeline } from '../../workers/gpu/pipeline.ts';
import { openNodeGpu } from '../node-gpu.ts';

/** A device and the variants that it can run. */
export interface TestDevice {
  readonly name: string;
  readonly device: GPUDevice;
  readonly variants: readonly Variant[];
}

/**
 * What a binding holds: data for storage (16-bit words for f16), or bytes for a uniform. Read-write bindings come back
 * changed. An odd number of 16-bit words does not fit WebGPU's writes of whole 4 bytes.
 */
export type BufferData = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

async function openDevice(adapterName: string): Promise<TestDevice | null> {
  const adapter = await openNodeGpu(adapterName)
    .requestAdapter()
    .catch(() => null);
  if (!adapter) return null;
  const f16 = adapter.features.has('shader-f16');
  const subgroups = adapter.features.has('subgroups');
  // Default limits on purpose: every kernel must do with them.
  const device = await adapter.requestDevice({
    requiredFeatures: [...(f16 ? ['shader-f16' as const] : []), ...(subgroups ? ['subgroups' as GPUFeatureName] : [])],
  });
  device.onuncapturederror = (event) => {
    throw new Error(event.error.message);
  };
  const variants: Variant[] = [];
  for (const real of f16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
    for (const reduction of subgroups
      ? (['thread', 'workgroup', 'subgroup'] as const)
      : (['thread', 'workgroup'] as const)) {
      variants.push({ real, reduction });
    }
  }
  return { name: adapter.info.description || adapter.info.vendor, device, variants };
}

/** Every kind of adapter here, opened once per test file. */
export async function testDevices(): Promise<TestDevice[]> {
  const devices: TestDevice[] = [];
  for (const adapterName of ['llvmpipe', 'SwiftShader']) {
    const device = await openDevice(adapterName);
    if (device) devices.push(device);
  }
  if (devices.length === 0) {
    const device = await openDevice('');
    if (device) devices.push(device);
  }
  const hasF16 = devices.some(({ variants }) => variants.some(({ real }) => real === 'f16'));
  if (devices.length === 0)
    console.warn('SKIPPED: no Vulkan driver here, kernels were not run. Install Mesa 25 (lavapipe) or Chromium.');
  else if (!hasF16)
    console.warn('SKIPPED: no adapter with shader-f16 here, f16 variants were not run. Install Mesa 25 (lavapipe).');
  if (devices.length === 0 && process.env['REQUIRE_GPU'] === '1')
    throw new Error('REQUIRE_GPU=1, and no WebGPU adapter was found.');
  return devices;
}

/** Runs a kernel once and returns the contents of its `read_write` bindings by name. */
export async function runKernel<Shape>(
  device: GPUDevice,
  kernel: Kernel<Shape>,
  shape: Shape,
  variant: Variant,
  extent: Extent,
  data: Record<string, BufferData>,
): Promise<Record<string, ArrayBuffer>> {
  const pipeline = await createPipeline(device, kernel, shape, variant);
  const buffers = kernel.bindings.map(({ name, access }) => {
    const content = data[name];
    if (!content) throw new Error(`${kernel.name}: the test gives nothing for the binding "${name}"`);
    const size = Math.max(16, Math.ceil(content.byteLength / 16) * 16);
    const usage = access === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ label: name, size, usage: usage | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(buffer, 0, content);
    return { name, access, buffer, size, byteLength: content.byteLength };
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map(({ buffer }, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...kernel.workgroups(shape, variant, extent));
  pass.end();
  const outputs = buffers.filter(({ access }) => access === 'read_write');
  const readbacks = outputs.map(({ buffer, size }) => {
    const readback = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    encoder.copyBufferToBuffer(buffer, 0, readback, 0, size);
    return readback;
  });
  device.queue.submit([encoder.finish()]);
  const results: Record<string, ArrayBuffer> = {};
  for (const [index, readback] of readbacks.entries()) {
    const output = outputs[index]!;
    await readback.mapAsync(GPUMapMode.READ);
    results[output.name] = readback.getMappedRange().slice(0, output.byteLength);
    readback.destroy();
  }
  for (const { buffer } of buffers) buffer.destroy();
  return results;
}

/** Normalised mean squared error: Σ(a−b)² ÷ Σb²; the measure that ggml's backend tests use. */
export function nmse(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`lengths differ: ${actual.length} and ${expected.length}`);
  let error = 0;
  let power = 0;
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i]! - expected[i]!) ** 2;
    power += expected[i]! ** 2;
  }
  return power === 0 ? error : error / power;
}

/** Seeded uniform numbers in [−1, 1): mulberry32, so that a failing case can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
