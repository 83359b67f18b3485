/** Runs a TypeScript tool in Node through Vite's module runner, so that `?raw` shader imports resolve as in the site. */
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [entry, ...rest] = process.argv.slice(2);
process.argv = [process.argv[0], resolve(entry), ...rest];
const { module } = await runnerImport(resolve(entry), { configFile: false, logLevel: 'error', server: { hmr: false } });
try {
  process.exitCode = await module.main(rest);
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
