/** The policies are written in four places, by hand in three of them: all must say the same. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readHeadersFile } from './servers/headers-file.ts';
import { POLICIES, policyHeader, SERVICE_WORKER_POLICY } from './policies.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const headers: Record<string, string> = {
  '/index.html': policyHeader('/index.html'),
  '/engine.html': policyHeader('/engine.html'),
  '/library.html': policyHeader('/library.html'),
  '/sw.js': SERVICE_WORKER_POLICY,
};

it('are in public/_headers, for each address of a document', () => {
  const headersOf = readHeadersFile(read('public/_headers'));
  const addresses = {
    ...headers,
    '/': headers['/index.html'],
    '/engine': headers['/engine.html'],
    '/library': headers['/library.html'],
  };
  for (const [path, policy] of Object.entries(addresses))
    expect(headersOf(path)['Content-Security-Policy'], path).toBe(policy);
  // Every answer is to be taken for what it is called, whatever its path.
  expect(headersOf('/assets/any.js')).toEqual({
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
});

it('are in the README’s examples', () => {
  const readme = read('README.md');
  for (const [path, policy] of Object.entries(headers)) {
    expect(readme.split(`location = ${path} {\n  add_header Content-Security-Policy "${policy}" always;`)).toHaveLength(
      2,
    );
    expect(
      readme.match(new RegExp(`^@\\w+ path [^\\n]*${path}\\nheader @\\w+ Content-Security-Policy "(.*)"$`, 'm'))?.[1],
    ).toBe(policy);
  }
});

it('let the engine reach nothing, the page its own site, and no document load, embed or send what is not named', () => {
  expect(POLICIES['/engine.html']).toContain("connect-src 'none'");
  expect(POLICIES['/index.html']).toContain("connect-src 'self'");
  for (const policy of Object.values(POLICIES)) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy.join()).not.toMatch(/unsafe-inline|'unsafe-eval'|\*;/);
  }
});
