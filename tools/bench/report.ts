/** What the bench found, as Markdown and as data. */
import type { GpuCalls } from './count-gpu.ts';
import { shown, table } from './markdown.ts';
import type { EngineName } from './site.ts';
import { spreadOf } from './statistics.ts';
import type { CountedTurn, MeasuredTurn } from './turn.ts';

/** On what it was measured. */
export interface BenchSetting {
  readonly adapter: string;
  /** Whether that adapter is software: figures then say nothing of graphics cards. */
  readonly isSoftware: boolean;
  readonly browser: string;
  readonly flags: readonly string[];
  readonly commit: string;
  readonly cores: number;
  readonly model: string;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly depths: readonly number[];
  readonly rounds: number;
}

/** What one engine did: its rounds, or why it could not. */
export interface EngineOutcome {
  readonly engine: EngineName;
  readonly counted: CountedTurn | null;
  readonly turns: readonly MeasuredTurn[];
  /** Why it stopped, in its own words. */
  readonly failure: string | null;
}

const NAMES: Record<EngineName, string> = {
  ours: 'Freehold',
  wllama: 'wllama (llama.cpp)',
  transformers: 'transformers.js',
  'web-llm': 'WebLLM',
};

/** Engines that read no GGUF. */
const OWN_MODELS: ReadonlySet<EngineName> = new Set<EngineName>(['transformers', 'web-llm']);

const COUNTS = {
  submits: 'submits',
  passes: 'passes',
  dispatches: 'dispatches',
  writes: 'writes',
  copies: 'copies',
  maps: 'maps',
  encoders: 'encoders',
  bindGroups: 'bind groups',
  buffers: 'buffers',
  pipelines: 'pipelines',
} as const satisfies Partial<Record<keyof GpuCalls, string>>;

/** Both tables, with what they were measured on above them. */
export function markdownReport(setting: BenchSetting, outcomes: readonly EngineOutcome[]): string {
  const { adapter, isSoftware, browser, flags, commit, cores, model, rounds, promptTokens, answerTokens } = setting;
  const own = outcomes.filter(({ engine }) => OWN_MODELS.has(engine)).map(({ engine }) => NAMES[engine]);
  const others = own.length === 0 ? '' : ` ${own.join(' and ')}: another file, the one in the folder that was named.`;
  const kind = isSoftware
    ? '**a software adapter: it says how engines behave, not how fast a graphics card is**'
    : 'GPU';
  return [
    `Adapter: ${adapter} (${kind}). Browser: ${browser}, ${cores} cores, flags \`${flags.join(' ')}\`. Commit: ${commit}.`,
    `Model: ${model}. ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, one engine after the other in each; median (lowest–highest).${others}`,
    '',
    ...table(
      ['Engine', 'Load', 'Prompt', 'Prefill', 'First text', ...setting.depths.map((depth) => `Decode at ${depth}`)],
      outcomes.map((outcome) => timesRow(outcome, setting.depths)),
    ),
    '',
    `Prefill and first text: a prompt of ${promptTokens} tokens. Decode: ${answerTokens} tokens. Asked of WebGPU for each decoded token:`,
    '',
    ...table(
      ['Engine', ...Object.values(COUNTS), 'buffers at most'],
      outcomes.filter(({ counted }) => counted !== null).map(countsRow),
    ),
    ...outcomes.flatMap(({ engine, failure }) => (failure === null ? [] : ['', `${NAMES[engine]} failed: ${failure}`])),
    '',
  ].join('\n');
}

/** All that was measured, rounds included. */
export function jsonReport(setting: BenchSetting, outcomes: readonly EngineOutcome[]): object {
  return { ...setting, engines: outcomes };
}

function timesRow({ engine, turns, counted }: EngineOutcome, depths: readonly number[]): string[] {
  const onCpu = counted !== null && counted.total.dispatches === 0 ? ', on the CPU' : '';
  const name = NAMES[engine] + onCpu;
  if (turns.length === 0) return [name, ...Array.from({ length: 4 + depths.length }, () => '–')];
  const of = (value: (turn: MeasuredTurn) => number, unit: string, scale = 1) =>
    shown(spreadOf(turns.map((turn) => value(turn) / scale)), unit);
  return [
    name,
    of(({ loadMs }) => loadMs, 's', 1000),
    of(({ prefilledTokens }) => prefilledTokens, 'tokens'),
    of(({ prefillTokensPerSecond }) => prefillTokensPerSecond, 'tokens/s'),
    of(({ firstTextMs }) => firstTextMs, 's', 1000),
    ...depths.map((_, index) => of(({ decodeTokensPerSecond }) => decodeTokensPerSecond[index]!, 'tokens/s')),
  ];
}

function countsRow({ engine, counted }: EngineOutcome): string[] {
  const { perToken, total } = counted!;
  if (total.dispatches === 0) return [`${NAMES[engine]}, on the CPU`, ...Object.keys(COUNTS).map(() => '0'), '0'];
  const counts = Object.keys(COUNTS) as (keyof typeof COUNTS)[];
  return [
    NAMES[engine],
    ...counts.map((key) => String(Number(perToken[key].toFixed(2)))),
    `${(total.peakBufferBytes / 2 ** 20).toFixed(1)} MiB`,
  ];
}
