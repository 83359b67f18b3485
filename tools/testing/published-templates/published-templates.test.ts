/**
 * Published chat templates against Jinja2. Skips where the templates or Jinja2 are missing. `UPDATE_TEMPLATES=1` writes the
 * table; its folder of templates may hold many, so this is the slowest test of `workers/text`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compareTemplate, referenceJob, type Comparison } from './compare.ts';
import { TEMPLATE_CASES } from './conversations.ts';
import { readPublishedTemplates, type PublishedTemplate } from './read-folder.ts';
import { referenceVersion, renderReference, type Rendering } from './reference.ts';
import { explainedBy, templateTable } from './table.ts';

const NOW = new Date(2026, 2, 5, 15, 4, 9);
const REFERENCE_MS = 300_000;
const TEMPLATE_MS = 60_000;
const TABLE = new URL('../../../workers/text/TEMPLATES.md', import.meta.url);

const templates = readPublishedTemplates() ?? [];
const version = templates.length > 0 ? referenceVersion() : null;
if (templates.length > 0 && version === null)
  console.warn('SKIPPED: published chat templates, for want of Python’s jinja2');

describe.skipIf(version === null)('published templates', () => {
  let references: readonly (readonly Rendering[])[] = [];
  const compared: (readonly [PublishedTemplate, readonly Comparison[]])[] = [];

  beforeAll(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    references = renderReference(templates.map(referenceJob), NOW);
  }, REFERENCE_MS);

  afterAll(async () => {
    vi.useRealTimers();
    if (process.env['UPDATE_TEMPLATES'] !== '1') return;
    const table = templateTable(compared, version ?? '');
    writeFileSync(TABLE, await format(table, { parser: 'markdown', printWidth: 120 }));
  });

  it.each(templates.map((template, index) => [template.family, template, index] as const))(
    'of %s write what Jinja2 writes, or refuse with it',
    async (_family, template, index) => {
      const comparisons = await compareTemplate(template, references[index]!);
      compared.push([template, comparisons]);
      expect(comparisons).toHaveLength(TEMPLATE_CASES.length);
      const different = comparisons.filter(({ outcome }) => outcome === 'different');
      expect(different.filter((one) => explainedBy(template, one) === null)).toEqual([]);
    },
    TEMPLATE_MS,
  );
});

describe('the table', () => {
  it('counts every conversation', () => {
    const cases = /over (\d+) conversations/.exec(readFileSync(TABLE, 'utf8'))?.[1];
    expect(Number(cases)).toBe(TEMPLATE_CASES.length);
  });
});
