/** `npm run evaluate`: what share of the held-out questions a model file answers rightly. */
import { writeFile } from 'node:fs/promises';
import { parseOptions } from '../arguments.ts';
import { SKILLS } from './evaluation/case.ts';
import { allCases, spread } from './evaluation/cases.ts';
import { type CaseResult, runCases, scoreLine, scores } from './evaluation/run.ts';

const OPTIONS = {
  model: 'value',
  skill: 'value',
  limit: 'value',
  output: 'value',
  adapter: 'value',
  wrong: 'switch',
} as const;

/** Runs the command. `--skill` takes one row, `--limit` so many cases of each, `--wrong` prints what went wrong. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const skill = options.text('skill');
  const limit = options.number('limit') ?? Number.POSITIVE_INFINITY;
  const asked = allCases().filter((one) => skill === undefined || one.skill === skill);
  const cases = spread(asked, limit);
  if (cases.length === 0) throw new Error(`--skill needs one of ${SKILLS.join(', ')}`);
  const startedAt = performance.now();
  const onResult = (result: CaseResult): void => {
    if (!options.has('wrong') || result.right) return;
    const prompt = result.case.messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
    console.log(`${prompt}\n-> ${result.answer}\n   expected ${JSON.stringify(result.case.expect)}\n`);
  };
  const path = options.required('model');
  const { results, adapter } = await runCases(path, cases, onResult, options.text('adapter'));
  const rows = scores(results);
  for (const row of rows) console.log(scoreLine(row));
  console.log(`${cases.length} cases in ${Math.round((performance.now() - startedAt) / 1000)} s on ${adapter}`);
  const output = options.text('output');
  if (output !== undefined) await writeFile(output, `${JSON.stringify({ adapter, rows, results }, null, 1)}\n`);
  return 0;
}
