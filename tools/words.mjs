/**
 * `npm run words`: makes functions of the catalogue in `messages/`, one for each entry and checked by type, which is what
 * the page says its words with. They are written to `src/paraglide/`, which git does not keep.
 */
import { compile } from '@inlang/paraglide-js';
import { pathToFileURL } from 'node:url';

/** How the catalogue is compiled, here and by Vite. */
export const WORDS = {
  project: './project.inlang',
  outdir: './src/paraglide',
  // The page itself says which language it speaks (src/state/language.svelte.ts); what runs in Node speaks English.
  strategy: ['baseLocale'],
  emitTsDeclarations: true,
  emitGitIgnore: false,
  emitPrettierIgnore: false,
  emitReadme: false,
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) await compile(WORDS);
