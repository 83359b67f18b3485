/** What a person types to fetch a model, as a source: an address, or a hub repository and a file in it. */
import type { ModelSource } from '../../workers/protocol/model.ts';

type WebSource = Exclude<ModelSource, { kind: 'file' }>;

/** A source, or why there is none as a sentence. */
export type ParsedSource = { readonly source: WebSource } | { readonly problem: string };

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const LOCAL_HOSTS = ['localhost', '127.0.0.1'];

/** Whether `address` is a hub repository (`owner/name`), so that the name of a file in it is needed too. */
export function isRepository(address: string): boolean {
  return REPOSITORY.test(address.trim());
}

/** Reads `address` (an http or https address, or `owner/name`) and `fileName` (only used with a repository). */
export function parseWebSource(address: string, fileName: string): ParsedSource {
  const trimmed = address.trim();
  if (isRepository(trimmed)) {
    const file = fileName.trim();
    if (file === '') return { problem: 'Type the name of the file in the repository, such as model-Q4_K_M.gguf.' };
    return { source: { kind: 'hub', repository: trimmed, fileName: file } };
  }
  if (!URL.canParse(trimmed)) {
    return { problem: 'Type an address that starts with https://, or a repository as owner/name.' };
  }
  const url = new URL(trimmed);
  const page = /^\/([\w.-]+\/[\w.-]+)\/(?:blob|resolve)\/([^/]+)\/(.+)$/.exec(url.pathname);
  if (url.hostname === 'huggingface.co' && page !== null) {
    const [, repository = '', revision = '', file = ''] = page;
    try {
      return { source: { kind: 'hub', repository, revision, fileName: decodeURIComponent(file) } };
    } catch {
      return { problem: 'This address is not written correctly. Copy it again from the page of the file.' };
    }
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname))) {
    return { source: { kind: 'url', url: url.href } };
  }
  return { problem: 'Only https addresses can be fetched (http works for this computer itself: localhost).' };
}
