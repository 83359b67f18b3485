import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

/** What each built document may do. Workers started from a `blob:` of a document inherit its policy. */
const POLICIES: Record<string, readonly string[]> = {
  '/index.html': [
    "default-src 'none'",
    // hash-wasm, in the library worker, compiles WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    // A person may type any address of a model. Prompts never reach the worker that may use it.
    "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ],
  '/engine.html': [
    "default-src 'none'",
    "script-src 'self'",
    'worker-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ],
};

/** Writes each document's policy into its head. Only built pages have one: the dev server needs inline scripts. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml(_html, { path }) {
      const policy = POLICIES[path];
      if (policy === undefined) throw new Error(`no content security policy for ${path}`);
      const attrs = { 'http-equiv': 'Content-Security-Policy', content: policy.join('; ') };
      return [{ tag: 'meta', attrs, injectTo: 'head-prepend' }];
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [
    svelte(),
    contentSecurityPolicy(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false,
      // The glob below finds the icons and the manifest already.
      includeManifestIcons: false,
      manifest: {
        name: 'Freehold',
        short_name: 'Freehold',
        description: 'Talk to an AI model that runs on your own computer. Nothing you type leaves it.',
        id: './',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#f7f4ec',
        theme_color: '#f7f4ec',
        categories: ['productivity', 'utilities'],
        icons: [
          { src: 'icons/mark.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      workbox: {
        // The shell and nothing else: weights go from the library worker to IndexedDB and never pass the service worker.
        globPatterns: ['**/*.{html,js,css,wasm,svg,png,webmanifest}'],
        globIgnores: ['models/**'],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        navigateFallback: 'index.html',
        // The engine's frame is its own document, and a path with a file extension asks for that file.
        navigateFallbackDenylist: [/\/engine\.html$/, /\/[^/?]+\.(?!html)[^/?]+$/],
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
        sourcemap: false,
      },
    }),
  ],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Module preload is native wherever WebGPU is; the polyfill would fetch, and a data: script would break the policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: 'index.html', engine: 'engine.html' } },
  },
  test: {
    include: ['{shaders,workers,src,tools}/**/*.test.ts'],
    testTimeout: 30_000,
    // Vitest leaves one core free, which is half of a small machine.
    maxWorkers: '100%',
  },
});
