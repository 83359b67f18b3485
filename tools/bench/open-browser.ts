/** The browser that all engines are measured in: on this machine's GPU, or on software where there is none. */
import { type Browser, chromium } from '@playwright/test';
import { launchOptions } from '../browser.mjs';

/** A browser, and what it computes on. */
export interface BenchBrowser {
  readonly browser: Browser;
  readonly adapter: string;
  readonly isSoftware: boolean;
  readonly name: string;
  readonly flags: readonly string[];
}

/** Linux hides WebGPU, and GPUs that it does not know. */
const HARDWARE_FLAGS = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist'];

/**
 * Launches Chromium and looks for an adapter on the page at `url`. Without a GPU, or with `software`, it is SwiftShader, with
 * the flags of the end-to-end tests. Throws where there is none either.
 *
 * @param hardwareFlags in place of those that usually show a GPU
 */
export async function openBrowser(
  url: string,
  { software, hardwareFlags = HARDWARE_FLAGS }: { software: boolean; hardwareFlags?: readonly string[] | undefined },
): Promise<BenchBrowser> {
  const { executablePath, args: softwareFlags } = launchOptions();
  for (const flags of software ? [softwareFlags] : [hardwareFlags, softwareFlags]) {
    const browser = await chromium.launch({ executablePath, args: [...flags] });
    const page = await browser.newPage();
    await page.goto(url);
    const found = await page.evaluate(describeAdapter);
    await page.close();
    if (found !== null && (!found.isSoftware || flags === softwareFlags))
      return { browser, ...found, name: `Chromium ${browser.version()}`, flags };
    await browser.close();
  }
  throw new Error('Chromium has no WebGPU adapter here, not even in software: choose another by FREEHOLD_CHROMIUM');
}

/** In the page. */
async function describeAdapter(): Promise<{ adapter: string; isSoftware: boolean } | null> {
  const adapter = await (navigator.gpu as GPU | undefined)?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = [description, vendor, architecture, device].filter((part) => part !== '').join(', ');
  // Some drivers in software do not say that they are.
  return { adapter: name, isSoftware: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(name) };
}
