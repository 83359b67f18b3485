/**
 * `npm test`: everything, from a clean clone. Gets a browser where there is none, checks the code, builds the site, runs
 * the unit tests and then the built site in the browser. A stage that fails does not keep the next ones from running.
 *
 * The last line counts the tests as the two runners reported them; checks and the build count as one test each.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { vulkanEnvironment } from './vulkan.mjs';

/** Absolute: one runner takes a path from its settings' folder, the other from here. */
const REPORTS = resolve('test-results/reports');

/** Runs a stage to its end; how it went, with the seconds it took. */
function stage(name, command, environment = {}) {
  console.log(`\n── ${name} ──`);
  const startedAt = performance.now();
  const { status } = spawnSync(command, {
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  return { name, passed: status === 0, seconds: Math.round((performance.now() - startedAt) / 1000) };
}

/** A runner's own counts, or a single failure where it wrote no report. */
function counts(path, read) {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const browser = ensureBrowser();
Object.assign(process.env, { FREEHOLD_CHROMIUM: browser.path }, vulkanEnvironment());
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const check = stage('Types, lint, format, dead code, imports', 'npm run --silent check');
const build = stage('Build', 'npm run --silent build -- --logLevel warn && npm run --silent build:lib');
const unitReport = `${REPORTS}/unit.json`;
const unit = stage('Unit tests', `npx vitest run --reporter=default --reporter=json --outputFile.json="${unitReport}"`);
const unitCounts = counts(unitReport, (report) => ({
  passed: report.numPassedTests,
  // A file that cannot be loaded has no test to count.
  failed:
    report.numFailedTests +
    report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
    ).length,
  skipped: report.numPendingTests + report.numTodoTests,
}));
const siteReport = `${REPORTS}/site.json`;
const site = stage(
  'The built site in a browser',
  'npx playwright test --config e2e/playwright.config.ts --reporter=list,json',
  {
    PLAYWRIGHT_JSON_OUTPUT_NAME: siteReport,
  },
);
const siteCounts = counts(siteReport, ({ stats, errors }) => ({
  passed: stats.expected + stats.flaky,
  failed: stats.unexpected + errors.length,
  skipped: stats.skipped,
}));

const stages = [check, build, unit, site];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const { passed } of [check, build]) total[passed ? 'passed' : 'failed'] += 1;
for (const count of [unitCounts, siteCounts]) for (const key of Object.keys(total)) total[key] += count[key];
// A runner may fail for a reason that no test shows, such as an error outside every test.
for (const [{ passed }, count] of [
  [unit, unitCounts],
  [site, siteCounts],
])
  if (!passed && count.failed === 0) total.failed += 1;

console.log('');
for (const { name, passed, seconds } of stages) console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = stages.every(({ passed }) => passed) && total.failed === 0 ? 0 : 1;
