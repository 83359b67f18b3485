/**
 * WebGPU in Node: Dawn from the npm package `webgpu`, on whichever Vulkan driver this machine has.
 *
 * Software drivers count: Mesa's lavapipe (25 or newer) brings shader-f16 and subgroups of 8, Chromium's own SwiftShader
 * brings subgroups of 4 and no f16. Both are found without configuration; `VK_ICD_FILENAMES` wins where it is set.
 */
import { existsSync } from 'node:fs';
import { create, globals } from 'webgpu';
import { pollPatiently } from './patient-polling.ts';
import { softwareDrivers } from './vulkan.mjs';

// Dawn's instance must outlive every device made from it: collected, it hangs or crashes the process.
const instances = ((globalThis as { freeholdGpuInstances?: GPU[] }).freeholdGpuInstances ??= []);

/**
 * Opens WebGPU in this process and defines its globals.
 *
 * @param adapterName part of an adapter's name to insist on, such as `SwiftShader` or `llvmpipe`; empty takes the best.
 */
export function openNodeGpu(adapterName = ''): GPU {
  if (process.env['VK_ICD_FILENAMES'] === undefined && process.platform === 'linux' && !existsSync('/dev/dri')) {
    process.env['VK_ICD_FILENAMES'] = softwareDrivers().join(':');
  }
  Object.assign(globalThis, globals);
  const gpu = create(adapterName === '' ? [] : [`adapter=${adapterName}`]);
  instances.push(gpu);
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter(options);
    if (adapter?.info.isFallbackAdapter) pollPatiently();
    return adapter;
  };
  return gpu;
}
