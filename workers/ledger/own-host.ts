/** Which hosts need nobody's permission: the one that the page came from, and this computer itself. */

/** Whether a request to `url` goes to where the page came from (`origin`), or leaves this computer not at all. */
export function needsNoPermission(url: URL, origin: string): boolean {
  return url.origin === origin || isLoopback(url.hostname);
}

/** Names and addresses of the computer itself: RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3. */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
