/** Finds an adapter and opens a device with the largest limits it offers. Refuses nothing by vendor name. */
import type { AdapterSummary, GpuReport } from '../protocol/engine.ts';
import { formatBytes } from '../protocol/format-bytes.ts';
import { Gpu } from './gpu.ts';

/** What no WebGPU device has less of; an adapter below is broken or deliberately limited. */
const NEEDED_LIMITS = {
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
} as const;

type Unavailable = Extract<GpuReport, { kind: 'unavailable' }>;

/** An adapter that suffices, or why there is none. */
async function findAdapter(gpu: GPU | undefined): Promise<GPUAdapter | Unavailable> {
  if (!gpu) {
    if (!globalThis.isSecureContext) {
      return {
        kind: 'unavailable',
        reason: 'insecure-context',
        detail: 'WebGPU exists only on https and on localhost.',
      };
    }
    return { kind: 'unavailable', reason: 'no-webgpu', detail: 'This browser has no WebGPU.' };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return { kind: 'unavailable', reason: 'no-adapter', detail: 'The browser offers no graphics adapter.' };
  const short = Object.entries(NEEDED_LIMITS).flatMap(([name, needed]) => {
    const there = adapter.limits[name as keyof typeof NEEDED_LIMITS];
    const [wanted, got] = /Size$/.test(name) ? [formatBytes(needed), formatBytes(there)] : [needed, there];
    return there < needed ? [`${name}: needs ${wanted}, this adapter has ${got}.`] : [];
  });
  if (short.length > 0) return { kind: 'unavailable', reason: 'limits-too-small', detail: short.join(' ') };
  return adapter;
}

function summarizeAdapter(adapter: GPUAdapter): AdapterSummary {
  const { features, limits } = adapter;
  // The first browsers with WebGPU have no `info`, and later ones not every field.
  const info = (adapter.info as Partial<GPUAdapterInfo> | undefined) ?? {};
  return {
    vendor: info.vendor ?? '',
    architecture: info.architecture ?? '',
    description: info.description ?? '',
    features: [...features].sort(),
    f16: features.has('shader-f16'),
    subgroups: features.has('subgroups'),
    subgroupLanes: features.has('subgroups') ? (info.subgroupMinSize ?? 0) : 0,
    isFallback: info.isFallbackAdapter ?? false,
    maxBufferBytes: limits.maxBufferSize,
    maxBindingBytes: limits.maxStorageBufferBindingSize,
  };
}

/** Looks for a GPU and reports it without opening a device. */
export async function probeGpu(gpu: GPU | undefined): Promise<GpuReport> {
  const adapter = await findAdapter(gpu);
  return 'kind' in adapter ? adapter : { kind: 'available', adapter: summarizeAdapter(adapter) };
}

/** Opens a device, or says why there is none. An adapter gives one device only, so each call asks for a new adapter. */
export async function openGpu(gpu: GPU | undefined): Promise<Gpu | Unavailable> {
  const adapter = await findAdapter(gpu);
  if ('kind' in adapter) return adapter;
  const summary = summarizeAdapter(adapter);
  const requiredFeatures: GPUFeatureName[] = [];
  if (summary.f16) requiredFeatures.push('shader-f16');
  if (summary.subgroups) requiredFeatures.push('subgroups');
  // The device's own clock, for what is measured of it.
  if (adapter.features.has('timestamp-query')) requiredFeatures.push('timestamp-query');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  return new Gpu(device, summary);
}
