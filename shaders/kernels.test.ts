import { expect, test } from 'vitest';

// A kernel that nothing defines or nothing holds against its definition is not there yet.
const paths = Object.keys(import.meta.glob('./**/*.{wgsl,ts}'));
const texts = import.meta.glob<string>('./**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const isEntry = (path: string): boolean => texts[path]!.includes('@compute');
const stems = (where: (path: string) => boolean): string[] =>
  Object.keys(texts)
    .filter(where)
    .map((path) => path.replace(/(\.repack)?\.wgsl$/, ''));

test.each(stems((path) => /^\.\/[^/]+$/.test(path)))(
  'the kernel %s has a descriptor, a definition and a test',
  (stem) => {
    expect(isEntry(`${stem}.wgsl`)).toBe(true);
    expect(paths).toContain(`${stem}.ts`);
    expect(paths).toContain(`${stem}.ref.ts`);
    expect(paths).toContain(`${stem}.test.ts`);
  },
);

// `words.repack.wgsl` serves four formats; what it writes is defined with the others in `repack.ref.ts`.
test.each(stems((path) => path.startsWith('./quant/') && path !== './quant/words.repack.wgsl'))(
  'the weight format %s has a definition and a test',
  (stem) => {
    expect(paths).toContain(`${stem}.ref.ts`);
    expect(paths).toContain(`${stem}.test.ts`);
  },
);

test.each(Object.keys(texts).filter((path) => !/^\.\/[^/]+$/.test(path)))(
  'the snippet %s has no entry point',
  (path) => {
    expect(isEntry(path)).toBe(false);
  },
);
