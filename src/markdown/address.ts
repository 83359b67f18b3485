/** Which addresses in an answer may become links, and how they are shown before they open. Anything else stays text. */

/** An address that a person may choose to open. */
export interface Address {
  /** The whole address as the browser reads it: the host in ASCII (punycode), everything else escaped. */
  readonly href: string;
  /** Who would be asked: the host with its port, or the recipients of a mail. */
  readonly recipient: string;
  readonly kind: 'web' | 'mail';
  /** Whether the host has letters beyond ASCII, which may look like others. */
  readonly international: boolean;
}

/** Longer addresses are no links: nobody can read them before they open. */
const MAX_LENGTH = 2000;

/**
 * `url` as an address, or `null` where it is none of http, https and mailto. What counts is the scheme that the browser's own
 * parser finds, so that no trick with spaces, control characters or letter case hides another one.
 */
export function readAddress(url: string): Address | null {
  if (url.length > MAX_LENGTH || !URL.canParse(url)) return null;
  const { protocol, host, href, pathname } = new URL(url);
  if (protocol === 'mailto:') return { href, recipient: pathname, kind: 'mail', international: false };
  if ((protocol !== 'http:' && protocol !== 'https:') || host === '') return null;
  return { href, recipient: host, kind: 'web', international: /(^|\.)xn--/.test(host) };
}
