/** Which Python is chosen. None is run here. */
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findPython } from './python.ts';

vi.mock('node:child_process', () => ({ spawnSync: vi.fn() }));

/** Lets these have PyTorch; returns those that were asked, in order. */
function havePyTorch(...names: readonly string[]): string[] {
  const asked: string[] = [];
  vi.mocked(spawnSync).mockImplementation((command: string) => {
    asked.push(command);
    const status = names.includes(command) ? 0 : 1;
    return { pid: 0, output: [], stdout: Buffer.of(), stderr: Buffer.of(), status, signal: null };
  });
  return asked;
}

beforeEach(() => {
  vi.stubEnv('PYTHON', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it('the first Python that has PyTorch is taken', () => {
  const asked = havePyTorch('python3', '/usr/bin/python3');
  expect(findPython()).toBe('python3');
  expect(asked).toEqual(['python3']);
  expect(vi.mocked(spawnSync).mock.lastCall).toEqual(['python3', ['-c', 'import torch, numpy']]);
});

it("the system's own is tried last", () => {
  const asked = havePyTorch('/usr/bin/python3');
  expect(findPython()).toBe('/usr/bin/python3');
  expect(asked).toEqual(['python3', '/usr/bin/python3']);
});

it('the one that PYTHON names is tried alone', () => {
  vi.stubEnv('PYTHON', 'my-python');
  havePyTorch('my-python');
  expect(findPython()).toBe('my-python');
  const asked = havePyTorch('python3');
  expect(findPython).toThrow(/^No PyTorch in my-python\. Install one /u);
  expect(asked).toEqual(['my-python']);
});

it('where there is none, the message says how to get one', () => {
  havePyTorch();
  expect(findPython).toThrow(
    new Error(
      'No PyTorch in python3 or /usr/bin/python3. Install one ("apt install python3-torch", or pip), or name a Python in PYTHON.',
    ),
  );
});
