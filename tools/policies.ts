/**
 * What each document may do, as a content security policy. The build writes it into the document; `public/_headers` and the
 * examples in the README say the same as a header, with who may frame it, which only a header can say.
 */

/** By the document's path in the built site. Workers started from a `blob:` of a document inherit its policy. */
export const POLICIES: Record<string, readonly string[]> = {
  '/index.html': [
    "default-src 'none'",
    // hash-wasm, which makes keys of passphrases, compiles WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    // What a person writes is here: nothing in this document, nor a worker of it, connects to another site.
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ],
  '/engine.html': [
    "default-src 'none'",
    // hash-wasm, by which stored weights are known again, and xgrammar, which holds answers to forms, compile WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    'worker-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ],
  '/library.html': [
    "default-src 'none'",
    // hash-wasm, which hashes what arrives, compiles WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    'worker-src blob:',
    // A person may type any address of a model. Prompts never reach this document, and its worker asks only hosts that the
    // person allowed: that is the ledger's to hold, for a policy cannot be changed.
    "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
    "base-uri 'none'",
    "form-action 'none'",
  ],
};

/** Who may frame a document. */
const FRAMERS: Record<string, string> = {
  '/index.html': "frame-ancestors 'none'",
  '/engine.html': "frame-ancestors 'self'",
  '/library.html': "frame-ancestors 'self'",
};

/** The policy of the service worker's script, which only a header can give. */
export const SERVICE_WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** A document's policy as a header says it. */
export function policyHeader(path: string): string {
  return [...POLICIES[path]!, FRAMERS[path]!].join('; ');
}
