/**
 * The package that knows which tokens a grammar allows: C++ as WebAssembly, inside its JavaScript. It comes with the first
 * answer that is held to a form.
 *
 * Whatever it refuses, it refuses by ending itself, with its reason on the console: that is caught here, and after it the
 * whole worker is to be made anew.
 */
import type * as xgrammar from '@mlc-ai/web-xgrammar';

type Package = typeof xgrammar;

/** The package, and what it says on the console. */
export interface Xgrammar {
  readonly api: Package;
  /** Takes what it has said since. */
  readonly takeSaid: () => string;
}

let loaded: Promise<Xgrammar> | null = null;

/** Loads it, once. */
export function loadXgrammar(): Promise<Xgrammar> {
  return (loaded ??= load());
}

async function load(): Promise<Xgrammar> {
  const module: Package = await import('@mlc-ai/web-xgrammar');
  // Its file is called a module and is a script, which leaves its exports there.
  const api = 'GrammarCompiler' in module ? module : (globalThis as unknown as { readonly xgrammar: Package }).xgrammar;
  let lines: string[] = [];
  const own = console.error;
  console.error = (...said: readonly unknown[]) => {
    lines.push(said.join(' '));
  };
  try {
    // It takes hold of the console as it starts, which the first thing that is made of it does.
    (await api.TokenizerInfo.createTokenizerInfo([])).dispose();
  } finally {
    console.error = own;
  }
  const takeSaid = (): string => {
    const said = lines.join('\n');
    lines = [];
    return said;
  };
  return { api, takeSaid };
}

/** The reason in what it said, without the place in its own source; empty where there is none. */
export function reasonIn(said: string): string {
  const fatal = said.split('\n').find((line) => line.includes('[FATAL]')) ?? '';
  return fatal
    .replace(/^.*?\.(?:cc|h):\d+: /, '')
    .replace(/^Check failed: .* is false: /, '')
    .trim();
}
