/**
 * Where this machine's Vulkan lies, for WebGPU in Node.
 *
 * A machine without Vulkan often still has Chromium, which carries a loader and SwiftShader: those are used then.
 * Other systems than Linux need nothing of this: Dawn uses Metal or Direct3D there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browserFolder, findBrowser } from './browser.mjs';

function folderOfBrowser() {
  const browser = findBrowser();
  return browser && browserFolder(browser.path);
}

function hasLoader() {
  // Not on the PATH of a plain user on Debian.
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return stdout?.includes('libvulkan.so.1') ?? false;
}

export function vulkanEnvironment() {
  if (process.platform !== 'linux' || hasLoader()) return {};
  const folder = folderOfBrowser();
  const paths = process.env.LD_LIBRARY_PATH?.split(':') ?? [];
  if (!folder || paths.includes(folder) || !existsSync(join(folder, 'libvulkan.so.1'))) return {};
  return { LD_LIBRARY_PATH: [...paths, folder].join(':') };
}

export function softwareDrivers() {
  const folder = folderOfBrowser();
  return [
    '/usr/share/vulkan/icd.d/lvp_icd.json',
    `/usr/share/vulkan/icd.d/lvp_icd.${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.json`,
    ...(folder ? [join(folder, 'vk_swiftshader_icd.json')] : []),
  ].filter((path) => existsSync(path));
}
