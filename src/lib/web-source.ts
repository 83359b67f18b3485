/** What a person types to fetch a model, as what to ask for: a file at an address, or a hub repository to look through. */
import type { ModelSource, Repository } from '../../workers/protocol/model.ts';
import { m } from '../paraglide/messages.js';

/** A file to look at, or a repository to look through, for the choice that `fileName` belongs to where there is one. */
export type WebRequest =
  | { readonly source: Extract<ModelSource, { kind: 'url' | 'hub' }> }
  | { readonly repository: Repository; readonly fileName?: string };

/** What to ask for, or what says in a sentence why there is nothing. */
export type ParsedAddress = WebRequest | { readonly problem: () => string };

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const LOCAL_HOSTS = ['localhost', '127.0.0.1'];
const HUB_HOSTS = ['huggingface.co', 'hf.co'];
/** A model in one file; every other file of a repository is a part of something. */
const WHOLE_MODEL = /(?<!-\d{5}-of-\d{5})\.gguf$/i;

/** Reads an http or https address, or `owner/name`. */
export function parseAddress(address: string): ParsedAddress {
  const trimmed = address.trim();
  if (REPOSITORY.test(trimmed)) return { repository: { repository: trimmed } };
  // People leave out what every address begins with.
  const text = HUB_HOSTS.some((host) => trimmed.startsWith(`${host}/`)) ? `https://${trimmed}` : trimmed;
  if (!URL.canParse(text)) {
    return { problem: m.models_address_wrong };
  }
  const url = new URL(text);
  const onHub = HUB_HOSTS.includes(url.hostname) ? hubRequest(url.pathname) : null;
  if (onHub !== null) return onHub;
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname))) {
    return { source: { kind: 'url', url: url.href } };
  }
  return { problem: m.models_address_insecure };
}

/** The hub's own pages: a repository, a folder of it at a revision, or a file. */
function hubRequest(path: string): ParsedAddress | null {
  const page = /^\/([\w.-]+\/[\w.-]+)(?:\/(tree|blob|resolve)\/([^/]+)(?:\/(.+))?)?\/?$/.exec(path);
  if (page === null) return null;
  const [, name = '', kind, revision, file] = page;
  const repository = { repository: name, ...(revision !== undefined && { revision }) };
  if (kind === undefined || kind === 'tree' || file === undefined) return { repository };
  try {
    const fileName = decodeURIComponent(file);
    return WHOLE_MODEL.test(fileName) ? { source: { kind: 'hub', ...repository, fileName } } : { repository, fileName };
  } catch {
    return { problem: m.models_address_misspelt };
  }
}
