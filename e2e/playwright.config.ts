/** How the built site is tested: a real Chromium with WebGPU on SwiftShader. `npm run build` first; `npm test` does. */
import { defineConfig } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/e2e',
  // SwiftShader takes every core it can get: two pages at once are slower than one after another.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    launchOptions: launchOptions(),
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'off',
  },
});
