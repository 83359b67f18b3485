import { statSync } from 'node:fs';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';
import { inlineWorkerOnce } from './tools/inline-worker.ts';
import { leanWords } from './tools/lean-words.ts';
import { POLICIES } from './tools/policies.ts';
import { WORDS } from './tools/words.mjs';

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

/** Leaves KaTeX's fonts in one format: every browser with WebGPU reads woff2, and the others would only be kept with it. */
function onlyWoff2(): Plugin {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!/katex.*\.css$/.test(id)) return null;
      return code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g, '');
    },
  };
}

/** What the engine for ONNX exports brings, as it is served: the runtime's WebAssembly, and both packages' scripts. */
function onnxRuntimeBytes(): number {
  const files = [
    'onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm',
    'onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
    '@huggingface/transformers/dist/transformers.web.min.js',
  ];
  return files.reduce((sum, file) => sum + statSync(`node_modules/${file}`).size, 0);
}

export default defineConfig({
  base: './',
  define: { ONNX_RUNTIME_BYTES: onnxRuntimeBytes() },
  plugins: [
    paraglideVitePlugin(WORDS),
    leanWords(),
    svelte(),
    contentSecurityPolicy(),
    onlyWoff2(),
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
        // The page that is open takes what is shared: opened anew, it would lose an answer that is being made.
        launch_handler: { client_mode: 'focus-existing' },
        // Windows, macOS, Linux and ChromeOS offer the installed app for such files; they are read where they lie.
        file_handlers: [{ action: './', accept: { 'application/x-gguf': ['.gguf'] } }],
        // The service worker answers this address from what it keeps, so what is shared stays on the device.
        share_target: {
          action: './',
          method: 'GET',
          enctype: 'application/x-www-form-urlencoded',
          params: { title: 'title', text: 'text', url: 'url' },
        },
        shortcuts: [
          { name: 'New chat', url: './#/new' },
          { name: 'Models', url: './#/library' },
        ],
        icons: [
          { src: 'icons/mark.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      workbox: {
        // The shell and nothing else: weights go from the library worker to IndexedDB and never pass the service worker.
        globPatterns: ['**/*.{html,js,css,wasm,svg,png,webmanifest,woff2}'],
        // What reads PDF files is larger than the rest of the page together: it comes when it is first needed.
        // The gate is part of the service worker, which the browser keeps with all that it imports.
        // So does what runs ONNX exports.
        globIgnores: [
          'models/**',
          'assets/{read-pdf,pdf.worker,transformers-engine}-*.js',
          'assets/ort-*',
          'request-gate.js',
        ],
        importScripts: ['request-gate.js'],
        runtimeCaching: [
          {
            urlPattern: /\/assets\/(?:(?:read-pdf|pdf\.worker)-[^/]+\.js|[^/]+\.bcmap)$/,
            handler: 'CacheFirst',
            // Names carry a hash of the content, so what is kept is never out of date, only sometimes unused. Workbox's way
            // to expire it keeps a database open, which "delete everything" could not delete then.
            options: { cacheName: 'freehold-pdf' },
          },
          {
            urlPattern: /\/assets\/transformers-engine-[^/]+\.js$/,
            handler: 'CacheFirst',
            // The page puts it there, with the WebAssembly that it takes: workers that are older than this one pass it by.
            options: { cacheName: 'freehold-onnx' },
          },
        ],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        navigateFallback: 'index.html',
        // The frames of engine and library are documents of their own, and a path with a file extension asks for that file.
        navigateFallbackDenylist: [/\/(?:engine|library)\.html$/, /\/[^/?]+\.(?!html)[^/?]+$/],
        cleanupOutdatedCaches: true,
        // From the first visit on, parts of the page that come later come from what is kept: chatting asks nothing of a network.
        clientsClaim: true,
        inlineWorkboxRuntime: true,
        sourcemap: false,
      },
    }),
  ],
  worker: { format: 'es', plugins: () => [inlineWorkerOnce()] },
  build: {
    target: 'es2023',
    // Module preload is native wherever WebGPU is; the polyfill would fetch, and a data: script would break the policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: 'index.html', engine: 'engine.html', library: 'library.html' } },
  },
  test: {
    include: ['{shaders,workers,src,api,tools}/**/*.test.ts'],
    testTimeout: 30_000,
    // Vitest leaves one core free, which is half of a small machine.
    maxWorkers: '100%',
  },
});
