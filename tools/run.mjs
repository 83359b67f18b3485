/** Runs a TypeScript tool in Node through Vite's module runner, so that `?raw` shader imports resolve as in the site. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { runnerImport } from 'vite';
import { vulkanEnvironment } from './vulkan.mjs';

const environment = vulkanEnvironment();
if (Object.keys(environment).length > 0) {
  // The dynamic linker reads its variables once, when a process starts.
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  process.exit(status ?? 1);
}

const [entry, ...rest] = process.argv.slice(2);
process.argv = [process.argv[0], resolve(entry), ...rest];
const { module } = await runnerImport(resolve(entry), { configFile: false, logLevel: 'error', server: { hmr: false } });
try {
  process.exitCode = await module.main(rest);
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
