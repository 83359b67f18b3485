/** The model that comes with the page. Its figures are written by `npm run train`, beside the file itself. */
import type { LibraryEntry, ModelSource } from '../../workers/protocol/model.ts';
import { fileBytes, sha256 } from './ember.json';

/** What it is called and known by. */
export const EMBER = { name: 'Ember', fileBytes, sha256 } as const;

/** What one may ask it at first: things that it is good at. */
export const EMBER_PROMPTS = [
  'What is Freehold?',
  'Why does it matter to own an AI model?',
  'Why is the sky blue?',
] as const;

/** Where it lies, for a page with this base URI. */
export function emberSource(baseUri: string): ModelSource {
  return { kind: 'url', url: new URL('models/ember/ember.gguf', baseUri).href, sha256 };
}

/** It among the models that are kept, whole; an older one that came with an older page does not count. */
export function keptEmber(entries: readonly LibraryEntry[]): LibraryEntry | undefined {
  return entries.find((entry) => entry.sha256 === sha256 && entry.state === 'complete');
}
