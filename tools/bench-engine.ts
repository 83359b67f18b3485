/**
 * `npm run bench:engine`: our engine alone, in Node, on this machine's adapter: prefill, decode and what they ask of the GPU, beside
 * the bandwidth of a plain copy in the same run. With `--levers` what each lever of decode speed is worth.
 * `tools/bench/README.md` says what is measured, and how.
 */
import {
  BENCHMARK_PLAN,
  type BenchmarkPlan,
  plainIds,
  runBenchmark,
  SHORT_PROMPT,
} from '../workers/engines/benchmark.ts';
import type { NativeEngine } from '../workers/engines/native.ts';
import { DEFAULT_SAMPLER } from '../workers/protocol/engine.ts';
import { type Options, parseOptions } from './arguments.ts';
import { adapterName, engineReport, settingLines } from './bench/engine-report.ts';
import { leverReport, tuningLine } from './bench/lever-report.ts';
import { leverContextTokens, leverTokens, measureLevers } from './bench/levers.ts';
import { benchModel } from './bench/load-on-device.ts';
import { measureEncode } from './measure-encode.ts';
import { type NodeModel, openNodeModel } from './node-engine.ts';

const OPTIONS = {
  model: 'values',
  adapter: 'value',
  prompts: 'value',
  depths: 'value',
  tokens: 'value',
  repeats: 'value',
  levers: 'switch',
  json: 'switch',
} as const;

/** An answer that has the engine take all the memory that it ever takes. */
const WARM_UP_TOKENS = 16;

/** Runs the benchmark and prints Markdown, or one JSON object with `--json`. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const opened = await openNodeModel(options.several('model'), options.text('adapter'));
  try {
    const { data, lines } = await (options.has('levers') ? benchLevers : benchSpeeds)(opened, options);
    console.log(options.has('json') ? JSON.stringify(data) : lines.join('\n'));
    return 0;
  } finally {
    await opened.close();
  }
}

interface Outcome {
  readonly data: object;
  readonly lines: readonly string[];
}

async function benchSpeeds(opened: NodeModel, options: Options): Promise<Outcome> {
  const plan: BenchmarkPlan = {
    prompts: ascending(options.integers('prompts') ?? BENCHMARK_PLAN.prompts),
    depths: ascending(options.integers('depths') ?? BENCHMARK_PLAN.depths),
    answerTokens: options.number('tokens') ?? 128,
    repeats: options.number('repeats') ?? 5,
  };
  const longest = Math.max(...plan.prompts, ...plan.depths.map((depth) => depth + SHORT_PROMPT));
  // An answer takes a quarter of the context at most.
  const model = await benchModel(opened, Math.max(longest + plan.answerTokens + 1, 4 * plan.answerTokens));
  // What drafts gain depends on the text: without them a token is a step.
  const engine = await model.load({ speculation: 'off' });
  const tuningMs = model.tuningMs();
  await warmUp(engine);
  const peakGpuBytes = opened.gpu.peakBytes;
  const result = (await runBenchmark(engine, () => undefined, undefined, plan))!;
  const encode100KbMs = measureEncode(engine.model.tokenizer).elapsedMs;
  const figures = { plan, result, peakGpuBytes, tuningMs, encode100KbMs };
  const how = `Answers of ${result.decode[0]!.tokens} tokens without drafts, ${plan.repeats} runs; median (lowest–highest).`;
  return { data: figures, lines: [...settingLines(result), how, '', ...engineReport(figures)] };
}

async function benchLevers(opened: NodeModel, options: Options): Promise<Outcome> {
  const wanted = options.number('tokens') ?? 128;
  const rounds = options.number('repeats') ?? 5;
  const model = await benchModel(opened, leverContextTokens(wanted));
  const tokens = leverTokens(model, wanted);
  const cut = tokens < wanted ? ' (all that the context has room for)' : '';
  const measured = await measureLevers(model, tokens, rounds);
  const products = await model.tuning.measured();
  const { adapter } = opened.gpu;
  return {
    data: { adapter, tokens, rounds, ...measured, products, tuningMs: model.tuningMs() },
    lines: [
      `Adapter: ${adapterName(adapter)}. Model: ${opened.files.name}.`,
      `Answers of ${tokens} tokens${cut}, ${rounds} rounds, one setting after the other in each; median (lowest–highest).`,
      tuningLine(products, model.tuningMs()),
      '',
      ...leverReport(measured),
    ],
  };
}

async function warmUp(engine: NativeEngine): Promise<void> {
  const sampler = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
  await engine.answer(plainIds(engine, SHORT_PROMPT), { sampler, maxTokens: WARM_UP_TOKENS, ignoreEnd: true });
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
