/** The table of how published templates agree with the reference, and the limits that explain where they do not. */
import type { Comparison } from './compare.ts';
import { TEMPLATE_CASES } from './conversations.ts';
import type { PublishedTemplate } from './read-folder.ts';

/** What `workers/text/python-interpreter.ts` leaves as the package has it, where a published template feels it. */
const LIMITS: readonly {
  readonly what: string;
  readonly holds: (template: string, comparison: Comparison) => boolean;
}[] = [
  {
    what: 'a generator is written as a list; Jinja2 fails there',
    holds: (_template, { ours, reference }) =>
      'text' in ours && 'failure' in reference && reference.failure.includes('generator is not JSON serializable'),
  },
  {
    what: '`safe` marks nothing; in Jinja2 text added to it is escaped for HTML',
    holds: (template, { reference }) =>
      /\|\s*safe/.test(template) && 'text' in reference && reference.text.includes('&#34;'),
  },
];

/** The limit that a difference comes from, or `null`. */
export function explainedBy({ template }: PublishedTemplate, comparison: Comparison): string | null {
  return LIMITS.find(({ holds }) => holds(template, comparison))?.what ?? null;
}

function refusedByBoth(comparisons: readonly Comparison[]): number {
  return comparisons.filter(({ outcome, ours }) => outcome === 'same' && !('text' in ours)).length;
}

function row([template, comparisons]: readonly [PublishedTemplate, readonly Comparison[]]): string {
  const count = (outcome: Comparison['outcome']): number =>
    comparisons.filter((comparison) => comparison.outcome === outcome).length;
  const { family, repository, path, commit, sha256 } = template;
  const reasons = comparisons
    .filter(({ outcome }) => outcome === 'different')
    .map((comparison) => explainedBy(template, comparison) ?? 'not explained');
  const differences = [...new Set(reasons)].map(
    (reason) => `${reasons.filter((one) => one === reason).length}: ${reason}`,
  );
  const cells = [
    family,
    `${repository}, \`${path}\` at ${commit.slice(0, 8)}`,
    `\`${sha256}\``,
    comparisons.length,
    count('same'),
    refusedByBoth(comparisons),
    count('system folded') + count('BOS once'),
    differences.join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The table as Markdown. */
export function templateTable(
  compared: readonly (readonly [PublishedTemplate, readonly Comparison[]])[],
  version: string,
): string {
  const head = [
    'Template',
    'Read from',
    'SHA-256',
    'Conversations',
    'The same',
    'Of these refused by both',
    'Meant',
    'Different',
  ];
  const all = compared.flatMap(([, comparisons]) => comparisons);
  const count = (...outcomes: readonly Comparison['outcome'][]): string =>
    all.filter(({ outcome }) => outcomes.includes(outcome)).length.toLocaleString('en-US');
  const whole = compared.filter(([, comparisons]) =>
    comparisons.every(({ outcome }) => outcome !== 'different'),
  ).length;
  return `# Published chat templates against Jinja2

${compared.length} templates as they are published, each rendered by the engine's own path and by Jinja2 ${version} as \`transformers\`
sets it up, over ${TEMPLATE_CASES.length} conversations: with and without a system message, a generation prompt, thinking, earlier thoughts, tools,
calls and results; odd, empty and out of order. The texts must be equal, or both must refuse. ${whole} templates agree in all;
of ${all.length.toLocaleString('en-US')} conversations ${count('same')} are the same (${refusedByBoth(all).toLocaleString('en-US')} refused by both), ${count('system folded', 'BOS once')} differ as is meant, ${count('different')} differ.

"Meant": where a template refuses a system message or leaves it out, it goes before the first question, and the rest is the
same; BOS is written once. Two differences are left on purpose: where Jinja2 fails over a generator the engine answers, and
no text is escaped for HTML, as \`safe\` has it do there: quotes in a tool's schema would become \`&#34;\`. The templates are other people's and are not kept here; the SHA-256 says which text was compared. Some
repositories hold variants of their own beside what the models' makers publish.

Written by \`UPDATE_TEMPLATES=1 PUBLISHED_TEMPLATES=folder npx vitest run tools/testing/published-templates\`; the folder holds
an \`index.json\`, a list of \`{file, family, repository, path, commit, bos, eos}\`.

| ${head.join(' | ')} |
| ${head.map(() => '---').join(' | ')} |
${compared.map(row).join('\n')}
`;
}
