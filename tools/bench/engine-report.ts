/** What our engine reaches by itself, as Markdown. */
import type { BenchmarkPlan } from '../../workers/engines/benchmark.ts';
import type { AdapterSummary } from '../../workers/protocol/adapter.ts';
import type { BenchmarkResult, Speed } from '../../workers/protocol/benchmark.ts';
import { digits, shown, table } from './markdown.ts';

const MIB = 2 ** 20;

/** A benchmark with what only a bench in Node knows. */
export interface EngineFigures {
  readonly plan: BenchmarkPlan;
  readonly result: BenchmarkResult;
  /** The most that was held at once by the ledger: while the device was measured, loading, or answering. */
  readonly peakGpuBytes: number;
  /** The part of the load in which the device was measured. */
  readonly tuningMs: number;
  readonly encode100KbMs: number;
}

/** On what it was measured. */
export function settingLines({ adapter, kernels, model, contextLength }: BenchmarkResult): string[] {
  return [
    `Adapter: ${adapterName(adapter)}. Kernels: ${kernels.reduction}, ${kernels.real}. Node ${process.version}.`,
    `Model: ${model.name}, ${model.quantization}, ${mib(model.fileBytes)}. Context: ${contextLength} tokens.`,
  ];
}

/** Whether it is software goes with the name: figures then say nothing of graphics cards. */
export function adapterName({ description, vendor, architecture, isFallback }: AdapterSummary): string {
  const name = [description, vendor, architecture].filter((part) => part !== '').join(', ');
  const warning = '**a software adapter: it says how the engine behaves, not how fast a graphics card is**';
  return isFallback ? `${name} (${warning})` : name;
}

/** Prefill by length of the prompt, decode by depth, and what else there is. */
export function engineReport({ plan, result, peakGpuBytes, tuningMs, encode100KbMs }: EngineFigures): string[] {
  const { prefill, decode, gpuBytes, copyBytesPerSecond, weightBytesPerToken, callsPerToken: calls } = result;
  const cacheBytesPerPosition = gpuBytes.kvCache / result.contextLength;
  const perSecond = (bytes: number) => `${digits(bytes / 1e9)} GB/s`;
  return [
    ...table(
      ['Prompt', 'Prefill', 'First token'],
      prefill.map(({ tokens, speed }) => [
        `${tokens} tokens`,
        shown(spread(speed), 'tokens/s'),
        `${digits((tokens * 1000) / speed.median)} ms`,
      ]),
    ),
    '',
    ...table(
      ['Context before', 'Decode', 'Read for a token', 'Of the copy bandwidth'],
      decode.map(({ depth, speed }) => {
        const bytes = weightBytesPerToken + depth * cacheBytesPerPosition;
        const share = (100 * speed.median * bytes) / copyBytesPerSecond;
        return [`${depth} tokens`, shown(spread(speed), 'tokens/s'), mib(bytes), `${digits(share)} %`];
      }),
    ),
    '',
    ...table(
      ['What', 'Figure'],
      [
        ['Load', `${digits(result.loadMs / 1000)} s, of which ${digits(tuningMs / 1000)} s measured the device`],
        [
          'On the GPU',
          `weights ${mib(gpuBytes.weights)}, KV cache ${mib(gpuBytes.kvCache)}, scratch ${mib(gpuBytes.scratch)}`,
        ],
        ['At most on the GPU', mib(peakGpuBytes)],
        ['Weights read for a token', mib(weightBytesPerToken)],
        ['Copy bandwidth, read and written', perSecond(copyBytesPerSecond)],
        [
          'Asked of WebGPU for a token',
          [
            `submits ${digits(calls.submits)}`,
            `passes ${digits(calls.passes)}`,
            `dispatches ${digits(calls.dispatches)}`,
            `writes ${digits(calls.bufferWrites)}`,
            `objects made ${digits(calls.createdObjects)}`,
          ].join(', '),
        ],
        ['100 kB of text into tokens', `${digits(encode100KbMs)} ms`],
      ],
    ),
    ...leftOut(
      'prompts',
      plan.prompts,
      prefill.map(({ tokens }) => tokens),
      result.contextLength,
    ),
    ...leftOut(
      'depths',
      plan.depths,
      decode.map(({ depth }) => depth),
      result.contextLength,
    ),
  ];
}

/** What the context has no room for, and what was measured in its place. */
function leftOut(what: string, wanted: readonly number[], measured: readonly number[], context: number): string[] {
  const missing = wanted.filter((tokens) => !measured.includes(tokens));
  if (missing.length === 0) return [];
  const instead = measured.filter((tokens) => !wanted.includes(tokens));
  const stead = instead.length === 0 ? '' : `; measured instead: ${instead.join(', ')}`;
  return [
    '',
    `Left out of the ${what}, for the model has a context of ${context} tokens: ${missing.join(', ')}${stead}.`,
  ];
}

function spread({ median, least, most }: Speed) {
  return { median, min: least, max: most };
}

function mib(bytes: number): string {
  return `${digits(bytes / MIB)} MiB`;
}
