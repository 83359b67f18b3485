/** Where models are taken from besides the public hub: the folder beside the page, and a mirror that a person has named. */
import { readStored } from './stored.ts';

/** A mirror of the hub, which answers as the hub does, or a folder of models with its index. */
export interface Mirror {
  readonly kind: 'hub' | 'folder';
  /** Absolute; a folder's has a slash at its end. */
  readonly address: string;
}

/** Under what it is kept in localStorage. */
export const MIRROR_SETTING = 'mirror';

const LOCAL_HOSTS = ['localhost', '127.0.0.1'];

/** The mirror that a person has named, or `null`; what is no mirror's address is none, whoever has written it there. */
export function readMirror(): Mirror | null {
  const kept = readStored(MIRROR_SETTING) as Partial<Mirror> | null;
  if (kept === null || (kept.kind !== 'hub' && kept.kind !== 'folder')) return null;
  const address = mirrorAddress(kept.address);
  return address === null ? null : { kind: kept.kind, address };
}

/**
 * What a person typed as an address that the page may ask, with a slash at its end and without query and fragment; `null`
 * where it is none. The page's policy lets it ask by https, and this computer itself by http.
 */
export function mirrorAddress(text: unknown): string | null {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  const { protocol, hostname, origin, pathname } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && LOCAL_HOSTS.includes(hostname))) return null;
  // Who names the index means its folder.
  return `${origin}${pathname.replace(/\/index\.json$/, '')}`.replace(/\/*$/, '/');
}

/** A mirror's host, to be named. */
export function mirrorHost(address: string): string {
  return new URL(address).host;
}

/** The folder of models beside the page with this base URI. */
export function folderBeside(baseUri: string): string {
  return new URL('models/', baseUri).href;
}

/** Every folder that is preferred to a hub, the first one first. */
export function folderAddresses(baseUri: string): readonly string[] {
  const mirror = readMirror();
  return [folderBeside(baseUri), ...(mirror?.kind === 'folder' ? [mirror.address] : [])];
}
