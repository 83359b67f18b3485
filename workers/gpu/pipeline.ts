/** Turns a kernel's description into a compute pipeline; the only place that compiles WGSL. */
import type { Kernel, Variant } from '../../shaders/kernel.ts';
import { EngineError } from '../protocol/errors.ts';

const BUFFER_TYPES = { read: 'read-only-storage', read_write: 'storage', uniform: 'uniform' } as const;

/**
 * Compiles a kernel for fixed sizes.
 *
 * Layouts are explicit: `auto` would drop a binding that one variant leaves unused, and bind groups could not be shared.
 * Rejects with `GpuWrongResult` if the driver refuses the module, with its line and column in the message, and with
 * `GpuLost` if the device goes away meanwhile.
 */
export async function createPipeline<Shape>(
  device: GPUDevice,
  kernel: Kernel<Shape>,
  shape: Shape,
  variant: Variant,
): Promise<GPUComputePipeline> {
  const label = kernel.name;
  // A module that the driver refuses is reported by the pipeline below; it is no fault of the device.
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code: kernel.source(shape, variant) });
  device.popErrorScope().catch(() => undefined); // a lost device reports itself
  const layout = device.createBindGroupLayout({
    label,
    entries: kernel.bindings.map(({ access }, binding) => ({
      binding,
      visibility: 0x4, // GPUShaderStage.COMPUTE: the global is missing in Node
      buffer: { type: BUFFER_TYPES[access] },
    })),
  });
  try {
    return await device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main', constants: kernel.overrides(shape, variant) },
    });
  } catch (cause) {
    const info = await module.getCompilationInfo().catch(() => null);
    if (info === null) {
      throw new EngineError('GpuLost', {
        what: `The graphics device was lost while the kernel "${label}" was compiled`,
        remedy: 'Load the model again; if it happens again, reload the page or choose a smaller model.',
      });
    }
    const complaints = info.messages.map(
      ({ type, lineNum, linePos, message }) => `${type} ${lineNum}:${linePos} ${message}`,
    );
    throw new EngineError('GpuWrongResult', {
      what: `The kernel "${label}" could not be compiled on this device`,
      got: complaints.join('; ') || String(cause),
      remedy: 'Update the browser or the graphics driver.',
    });
  }
}
