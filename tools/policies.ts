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

/**
 * Who may frame each document: whoever a page with WebGPU can be framed by at all, so any site can ask to use the model. The
 * page itself sees to it that nobody is tricked in a frame (`src/embed/seen.svelte.ts`). All windows around a frame are
 * held to this, so the engine's and the library's frames need what the page around them has; alone they show nothing, and
 * take orders from their own origin only.
 */
const FRAMERS = "frame-ancestors 'self' https: http://localhost:* http://127.0.0.1:*";

/** The policy of the service worker's script, which only a header can give. */
export const SERVICE_WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** A document's policy as a header says it. */
export function policyHeader(path: string): string {
  return [...POLICIES[path]!, FRAMERS].join('; ');
}
