import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [svelte()],
  worker: { format: 'es' },
  build: { target: 'es2023' },
  test: { include: ['{shaders,workers,src,tools}/**/*.test.ts'], testTimeout: 30_000 },
});
