/** A benchmark's figures as rows that a person reads, and as a table to pass on. */
import type { BenchmarkResult, Speed } from '../../workers/protocol/benchmark.ts';
import { m } from '../paraglide/messages.js';
import { formatBytes, formatInteger, formatSeconds, formatShare, formatSpeed } from './format.ts';

/** One figure; `range` is empty where there was one measurement. */
export interface BenchmarkRow {
  readonly what: string;
  readonly figure: string;
  readonly range: string;
}

/** Speeds first, then what they are made of, then what ran where. */
export function benchmarkRows(result: BenchmarkResult): BenchmarkRow[] {
  const { prefill, decode, gpuBytes, callsPerToken: calls, copyBytesPerSecond, weightBytesPerToken } = result;
  const share = ((decode[0]?.speed.median ?? 0) * weightBytesPerToken) / copyBytesPerSecond;
  const { weights, kvCache, scratch } = gpuBytes;
  return [
    ...prefill.map(({ tokens, speed }) => speedRow(m.benchmark_prefill({ tokens: formatInteger(tokens) }), speed)),
    ...decode.map(({ depth, speed }) =>
      speedRow(depth === 0 ? m.benchmark_decode_empty() : m.benchmark_decode({ depth: formatInteger(depth) }), speed),
    ),
    row(
      m.benchmark_first_token({ tokens: formatInteger(prefill[0]?.tokens ?? 0) }),
      m.benchmark_milliseconds({ milliseconds: formatInteger(result.firstTokenMs) }),
    ),
    row(m.benchmark_load(), formatSeconds(result.loadMs)),
    row(m.benchmark_bytes_token(), formatBytes(weightBytesPerToken)),
    row(m.benchmark_copy(), m.benchmark_bytes_second({ bytes: formatBytes(copyBytesPerSecond) })),
    row(m.benchmark_share(), formatShare(share)),
    row(m.benchmark_memory(), [weights, kvCache, scratch].map(formatBytes).join(', ')),
    row(m.benchmark_calls(), [calls.submits, calls.dispatches, calls.createdObjects].map(formatInteger).join(', ')),
    row(m.benchmark_kernels(), `${result.kernels.real}, ${result.kernels.reduction}`),
    row(m.benchmark_subject(), subject(result)),
    row(m.benchmark_device(), device(result)),
  ];
}

/** Rows as a Markdown table. */
export function markdownTable(rows: readonly BenchmarkRow[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const head = [m.benchmark_what(), m.benchmark_figure(), m.benchmark_range()];
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(({ what, figure, range }) => line([what, figure, range])),
  ].join('\n');
}

function row(what: string, figure: string): BenchmarkRow {
  return { what, figure, range: '' };
}

function speedRow(what: string, { median, least, most }: Speed): BenchmarkRow {
  const figure = m.benchmark_per_second({ count: formatSpeed(median) });
  return { what, figure, range: `${formatSpeed(least)} – ${formatSpeed(most)}` };
}

function subject({ model: { name, quantization }, contextLength }: BenchmarkResult): string {
  return m.benchmark_of({ name, quantization, tokens: formatInteger(contextLength) });
}

function device({ adapter: { description, vendor, architecture, isFallback } }: BenchmarkResult): string {
  const named = description || [vendor, architecture].filter((part) => part !== '').join(' ');
  const name = named || m.benchmark_unnamed();
  return isFallback ? m.benchmark_software({ name }) : name;
}
