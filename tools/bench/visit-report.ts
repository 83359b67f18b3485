/** What a visit with a model is like, as Markdown. */
import { digits, shown, table } from './markdown.ts';
import type { BenchSetting } from './report.ts';
import { spreadOf } from './statistics.ts';

/** The most that JavaScript held at once, array buffers included. */
interface HeapPeak {
  readonly pageBytes: number;
  /** All workers together: the engine's, the library's, those that these have started. */
  readonly workersBytes: number;
}

/** One visit with a kept model; times in milliseconds since the page was asked for. */
export interface Visit {
  readonly readyMs: number;
  readonly firstTextMs: number;
  readonly loading: HeapPeak;
  /** `null` where no long prompt was asked for. */
  readonly reading: LongPrompt | null;
}

/** How a long prompt was read: gaps between two frames, in milliseconds. */
interface LongPrompt {
  /** The worst one from sending it to the first text. */
  readonly gapMs: number;
  /** The worst one before, while nothing happened. */
  readonly idleGapMs: number;
  readonly prefilledTokens: number;
  readonly prefillMs: number;
}

/** On what it was measured. */
export type VisitSetting = Pick<BenchSetting, 'adapter' | 'isSoftware' | 'browser' | 'cores' | 'model'>;

/** The first visit, and those that find the model kept. */
export interface VisitFigures {
  /** From picking the file to a model that is ready. */
  readonly broughtInMs: number;
  readonly comingIn: HeapPeak;
  readonly visits: readonly Visit[];
}

const SOFTWARE = '**a software adapter: it says how the page behaves, not how fast a graphics card is**';

/** One table, with what it was measured on above it. */
export function visitReport(
  { adapter, isSoftware, browser, cores, model }: VisitSetting,
  { broughtInMs, comingIn, visits }: VisitFigures,
): string[] {
  const of = (value: (visit: Visit) => number, unit: string, scale = 1) =>
    shown(spreadOf(visits.map((visit) => value(visit) / scale)), unit);
  const mib = (bytes: number) => `${digits(bytes / 2 ** 20)} MiB`;
  return [
    `Adapter: ${adapter} (${isSoftware ? SOFTWARE : 'GPU'}). Browser: ${browser}, ${cores} cores.`,
    `Model: ${model}. ${visits.length} visits; median (lowest–highest).`,
    '',
    ...table(
      ['What', 'Figure'],
      [
        ['From picking the file to ready, kept on the way', `${digits(broughtInMs / 1000)} s`],
        ['JavaScript meanwhile at most, page', mib(comingIn.pageBytes)],
        ['JavaScript meanwhile at most, workers', mib(comingIn.workersBytes)],
        ['From opening the page to ready, the model kept', of(({ readyMs }) => readyMs, 's', 1000)],
        ['From opening the page to the first word', of(({ firstTextMs }) => firstTextMs, 's', 1000)],
        ['JavaScript while it loads at most, page', of(({ loading }) => loading.pageBytes, 'MiB', 2 ** 20)],
        ['JavaScript while it loads at most, workers', of(({ loading }) => loading.workersBytes, 'MiB', 2 ** 20)],
        ...readingRows(visits.flatMap(({ reading }) => (reading === null ? [] : [reading]))),
      ],
    ),
  ];
}

function readingRows(all: readonly LongPrompt[]): string[][] {
  if (all.length === 0) return [];
  const of = (value: (one: LongPrompt) => number, unit: string, scale = 1) =>
    shown(spreadOf(all.map((one) => value(one) / scale)), unit);
  return [
    ['Long prompt', of(({ prefilledTokens }) => prefilledTokens, 'tokens')],
    ['Read in', of(({ prefillMs }) => prefillMs, 's', 1000)],
    ['Worst gap between frames meanwhile', of(({ gapMs }) => gapMs, 'ms')],
    ['Worst gap with nothing to do', of(({ idleGapMs }) => idleGapMs, 'ms')],
  ];
}
