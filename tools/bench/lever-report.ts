/** What the levers are worth, as Markdown. */
import type { GpuCounts } from '../../workers/gpu/gpu.ts';
import type { MeasuredProduct } from '../../workers/protocol/measured-product.ts';
import { LEVERS, type LeverName, type LeverRun, type LeverRuns, type TextName, TEXTS } from './levers.ts';
import { digits, shown, table } from './markdown.ts';
import { spreadOf } from './statistics.ts';

const COUNTS = {
  submits: 'submits',
  passes: 'passes',
  dispatches: 'dispatches',
  bufferWrites: 'writes',
  maps: 'maps',
} as const satisfies Partial<Record<keyof GpuCounts, string>>;

/** A row for each setting and text; ratios are those within a round, and their median. */
export function leverReport({ runs, tokensInFlight }: LeverRuns): string[] {
  const rows = (Object.keys(TEXTS) as TextName[]).flatMap((text) =>
    (Object.keys(LEVERS) as LeverName[]).flatMap((lever) => {
      const own = runs.filter((run) => run.text === text && run.lever === lever);
      return own.length === 0 ? [] : [row(own, runs, tokensInFlight[lever])];
    }),
  );
  const counts = Object.values(COUNTS);
  return table(['Text', 'Levers', 'Decode', 'of all on', 'drafts right', 'in flight', ...counts, 'made'], rows);
}

function row(own: readonly LeverRun[], runs: readonly LeverRun[], inFlight: number): string[] {
  const { text, lever } = own[0]!;
  const base = (round: number) =>
    runs.find((run) => run.text === text && run.round === round && run.lever === 'all on')!.tokensPerSecond;
  const ratios = own.map(({ round, tokensPerSecond }) => tokensPerSecond / base(round));
  const sum = (value: (run: LeverRun) => number) => own.reduce((total, run) => total + value(run), 0);
  const mean = (value: (counts: GpuCounts) => number) =>
    String(Number((sum(({ countsPerToken }) => value(countsPerToken)) / own.length).toFixed(2)));
  return [
    TEXTS[text],
    lever,
    shown(spreadOf(own.map(({ tokensPerSecond }) => tokensPerSecond)), 'tokens/s'),
    lever === 'all on' ? '1' : shown(spreadOf(ratios), '×'),
    draftsRight(
      sum(({ draftedTokens }) => draftedTokens),
      sum(({ acceptedTokens }) => acceptedTokens),
    ),
    String(inFlight),
    ...(Object.keys(COUNTS) as (keyof typeof COUNTS)[]).map((key) => mean((counts) => counts[key])),
    mean(({ buffers, bindGroups }) => buffers + bindGroups),
  ];
}

function draftsRight(drafted: number, accepted: number): string {
  return drafted === 0 ? 'none ran' : `${accepted} of ${drafted} (${digits((100 * accepted) / drafted)} %)`;
}

/** What was measured of the device for the model's products, in a sentence. */
export function tuningLine(measured: readonly MeasuredProduct[], tuningMs: number): string {
  const gains = measured.map(({ microseconds, defaultMicroseconds }) => defaultMicroseconds / microseconds);
  const better = gains.filter((gain) => gain > 1).length;
  const most = better === 0 ? '' : `, by ${digits(100 * (Math.max(...gains) - 1))} % at most`;
  return `Measuring the device took ${digits(tuningMs / 1000)} s: products measured: ${gains.length}; faster by another plan: ${better}${most}.`;
}
