/**
 * What a request is for, told from its address: the model hub's API says it in its paths, a folder of models in its index's
 * name, and any other address is a file.
 * Queries of files are left out, for they may carry a signature.
 */
import type { RequestPurpose } from '../protocol/ledger.ts';

/** A name or some words; longer ones are cut. */
const SUBJECT_CHARACTERS = 200;

/** The purpose of a GET, with what it is about. */
export function purposeOf(url: URL): { readonly purpose: RequestPurpose; readonly subject: string } {
  const path = url.pathname;
  if (/\/api\/models\/?$/.test(path)) return about('search', url.searchParams.get('search') ?? '');
  const asked = /\/api\/models\/(.+?)\/(revision|tree)\//.exec(path);
  if (asked) return about(asked[2] === 'tree' ? 'listing' : 'repository', decoded(asked[1]!));
  const card = /\/api\/models\/([^/]+(?:\/[^/]+)?)$/.exec(path);
  if (card) return about('repository', decoded(card[1]!));
  const file = /([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(path);
  if (file) return about('file', `${decoded(file[1]!)}: ${decoded(file[2]!)}`);
  // Of a folder of models.
  const index = /([^/]+\/)index\.json$/.exec(path);
  if (index) return about('listing', decoded(index[1]!));
  return about('file', decoded(path.slice(path.lastIndexOf('/') + 1)) || url.host);
}

function about(purpose: RequestPurpose, subject: string) {
  return { purpose, subject: subject.slice(0, SUBJECT_CHARACTERS) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
