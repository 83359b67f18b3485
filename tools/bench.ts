/**
 * `npm run bench`: our engine beside its peers on the same model in the same browser, turn by turn. Build first. Prints
 * Markdown; `tools/bench/README.md` says what is measured, how, and how to bring more peers.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { parseOptions } from './arguments.ts';
import { withModelFile } from './bench/model-file.ts';
import { type BenchBrowser, openBrowser } from './bench/open-browser.ts';
import { type BenchSetting, type EngineOutcome, jsonReport, markdownReport } from './bench/report.ts';
import { runRounds } from './bench/rounds.ts';
import { type EngineName, openBenchSite, type PeerFolders } from './bench/site.ts';

const OPTIONS = {
  model: 'value',
  prompt: 'value',
  tokens: 'value',
  depths: 'value',
  rounds: 'value',
  software: 'switch',
  flags: 'value',
  transformers: 'value',
  'web-llm': 'value',
  json: 'value',
} as const;

/** Runs the bench; fails where our own engine does. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  return withModelFile(options.text('model'), async (modelPath) => {
    const peers: PeerFolders = {};
    for (const name of ['transformers', 'web-llm'] as const) {
      const path = options.text(name);
      if (path !== undefined) peers[name] = path;
    }
    const { setting, outcomes } = await bench({
      modelPath,
      peers,
      software: options.has('software'),
      hardwareFlags: options.text('flags')?.split(' '),
      promptTokens: options.number('prompt') ?? 512,
      answerTokens: options.number('tokens') ?? 64,
      depths: options.integers('depths') ?? [0],
      rounds: options.number('rounds') ?? 5,
    });
    console.log(markdownReport(setting, outcomes));
    const json = options.text('json');
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(jsonReport(setting, outcomes), null, 2)}\n`);
    return outcomes.some(({ engine, failure }) => engine === 'ours' && failure !== null) ? 1 : 0;
  });
}

/** What to measure. */
export interface BenchPlan extends Pick<BenchSetting, 'promptTokens' | 'answerTokens' | 'depths' | 'rounds'> {
  readonly modelPath: string;
  readonly peers: PeerFolders;
  readonly software: boolean;
  /** Of Chromium, where a GPU needs others than usual. */
  readonly hardwareFlags?: readonly string[] | undefined;
}

/** Opens site and browser, and measures. */
export async function bench(plan: BenchPlan): Promise<{ setting: BenchSetting; outcomes: readonly EngineOutcome[] }> {
  const { modelPath, peers, promptTokens, answerTokens, depths, rounds } = plan;
  const engines: EngineName[] = ['ours', 'wllama', ...(Object.keys(peers) as EngineName[])];
  const site = await openBenchSite(engines, peers);
  let opened: BenchBrowser | null = null;
  try {
    opened = await openBrowser(site.pageUrl('ours'), plan);
    const { browser, adapter, isSoftware, name, flags } = opened;
    const outcomes = await runRounds(await browser.newContext(), site, engines, plan);
    const machine = { adapter, isSoftware, browser: name, flags, commit: commit(), cores: availableParallelism() };
    return {
      setting: { ...machine, model: basename(modelPath), promptTokens, answerTokens, depths, rounds },
      outcomes,
    };
  } finally {
    await opened?.browser.close();
    await site.close();
  }
}

/** The commit that is checked out, and whether files differ from it. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' with changes');
  } catch {
    return 'not known';
  }
}
