/** SHA-256, in one go with WebCrypto. The running hash of a whole file is hash-wasm's: WebCrypto has none. */
import { EngineError } from '../protocol/errors.ts';

/** SHA-256 of bytes or of UTF-8 text, lower-case hex. Rejects with `StorageFailed` where the page is not secure. */
export async function sha256Hex(data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  // Absent outside secure contexts, whatever the types say.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) throw notSecure();
  const digest = await subtle.digest('SHA-256', typeof data === 'string' ? new TextEncoder().encode(data) : data);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The error of a page that was opened over plain http, where browsers withhold what the store needs. */
export function notSecure(): EngineError {
  return new EngineError('StorageFailed', {
    what: 'Models cannot be stored because this page was not opened over a secure connection',
    remedy: 'Open it over https, or on this computer as localhost.',
  });
}
