import { describe, expect, it } from 'vitest';
import { copy } from '../../shaders/copy.ts';
import { createPipeline } from './pipeline.ts';

/** A device that compiles nothing, and a module that says this of it. */
function failingDevice(getCompilationInfo: () => Promise<Pick<GPUCompilationInfo, 'messages'>>): GPUDevice {
  return {
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.resolve(null),
    createShaderModule: () => ({ getCompilationInfo }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipelineAsync: () => Promise.reject(new Error('no pipeline')),
  } as unknown as GPUDevice;
}

const compile = (device: GPUDevice) =>
  createPipeline(device, copy, { elements: 4 }, { real: 'f32', reduction: 'thread' });

describe('createPipeline', () => {
  it('says where a driver refuses a kernel', async () => {
    const message = { type: 'error', lineNum: 3, linePos: 7, message: 'what is this' } as GPUCompilationMessage;
    await expect(compile(failingDevice(() => Promise.resolve({ messages: [message] })))).rejects.toMatchObject({
      name: 'GpuWrongResult',
      message: expect.stringContaining('error 3:7 what is this') as string,
    });
  });

  it('says that the device went away where it did', async () => {
    const gone = () => Promise.reject(new Error('Instance dropped'));
    await expect(compile(failingDevice(gone))).rejects.toMatchObject({ name: 'GpuLost' });
  });
});
