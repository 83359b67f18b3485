/**
 * `npm run build:lib`: the engine for other pages, into `dist-lib/`: `freehold.js` (an ES module), `freehold.worker.js` (all
 * of the engine in one file) and `freehold.d.ts` with the types that it needs in `types/`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'vite';

const TARGET = 'dist-lib';
/** Where the compiler puts declarations of `api/`, and of the protocol, from which `api/` takes some. */
const DECLARATIONS = [
  ['.cache/tsc/api/api', 'api'],
  ['.cache/tsc/protocol', 'workers/protocol'],
] as const;

/** Builds one entry into one file. */
async function buildOne(entry: string, fileName: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2023',
      outDir: TARGET,
      emptyOutDir: false,
      // Weights in base64 would be one thing, shaders are text: nothing here is a file of its own.
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      lib: { entry, formats: ['es'], fileName: () => fileName },
      // Vite leaves a library's white space: here the file is what a browser gets.
      minify: 'oxc',
      rolldownOptions: { output: { codeSplitting: false, minify: true } },
    },
  });
}

/** Copies the declarations, with imports as a package has them: a reader's compiler need not allow `.ts` in them. */
function writeTypes(): void {
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'api'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the types of api/ could not be made');
  for (const [from, to] of DECLARATIONS) {
    for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.d.ts')) continue;
      const path = join(TARGET, 'types', to, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        readFileSync(join(from, name), 'utf8').replace(/(from '\.[^']*|import\('\.[^']*)\.ts'/g, "$1.js'"),
      );
    }
  }
  writeFileSync(join(TARGET, 'freehold.d.ts'), "export * from './types/api/freehold.js';\n");
}

export async function main(): Promise<number> {
  rmSync(TARGET, { recursive: true, force: true });
  await buildOne('api/freehold.ts', 'freehold.js');
  await buildOne('workers/api.worker.ts', 'freehold.worker.js');
  writeTypes();
  for (const name of ['freehold.js', 'freehold.worker.js'])
    console.log(`${TARGET}/${name}: ${statSync(join(TARGET, name)).size} bytes`);
  return 0;
}
