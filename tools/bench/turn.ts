/** One turn of one engine: its page opened, its model loaded, answers measured or counted, its page closed. */
import type { BrowserContext, Page } from '@playwright/test';
import type { BenchAnswer, BenchPage, BenchRequest } from '../harness/bench/bench-engine.ts';
import {
  CALLS,
  callsPerToken,
  type CountedAnswer,
  countGpu,
  type CountingScope,
  type GpuApiCounts,
  type GpuCalls,
  sumCounts,
} from './count-gpu.ts';
import { spreadOf } from './statistics.ts';

/** What is asked of each engine. */
export interface TurnPlan {
  readonly modelPath: string;
  readonly contextTokens: number;
  /** Of the prompt whose prefill is measured. */
  readonly promptTokens: number;
  /** Tokens of each answer that is measured. */
  readonly answerTokens: number;
  /** Tokens of prompt before the answers whose decode is measured; a few, where it is 0. */
  readonly depths: readonly number[];
}

/** What one turn measured. */
export interface MeasuredTurn {
  readonly loadMs: number;
  /** That the engine ran: tokenizers that are given text may add one or two. */
  readonly prefilledTokens: number;
  readonly prefillTokensPerSecond: number;
  readonly firstTextMs: number;
  /** By depth, as in the plan. */
  readonly decodeTokensPerSecond: readonly number[];
}

/** What one turn counted. */
export interface CountedTurn {
  /** Over all of the turn: where no dispatch is among them, the engine did not use the GPU. */
  readonly total: GpuApiCounts;
  readonly perToken: GpuCalls;
}

/** What depth 0 is: no engine takes an empty prompt. */
const SHORT_PROMPT_TOKENS = 8;
/** Where only the first text counts: a token alone may be half a character. */
const FIRST_TEXT_TOKENS = 4;
/** Runs first, and compiles what is compiled late. */
const WARM_UP_TOKENS = 4;

/** Answers of two lengths that are compared. */
const COUNTED_PAIRS = 3;

let seeds = 0;

/** Measures, with nothing around the API. */
export function measureTurn(context: BrowserContext, url: string, plan: TurnPlan): Promise<MeasuredTurn> {
  return withPage(context, url, plan, async (page, loadMs) => {
    await answer(page, SHORT_PROMPT_TOKENS, WARM_UP_TOKENS);
    const prefill = await answer(page, plan.promptTokens, FIRST_TEXT_TOKENS);
    const decodeTokensPerSecond = [];
    for (const depth of plan.depths)
      decodeTokensPerSecond.push(decodeSpeed(await answer(page, depth || SHORT_PROMPT_TOKENS, plan.answerTokens)));
    return {
      loadMs,
      prefilledTokens: prefill.prefilledTokens,
      prefillTokensPerSecond: (prefill.prefilledTokens * 1000) / prefill.firstTextMs,
      firstTextMs: prefill.firstTextMs,
      decodeTokensPerSecond,
    };
  });
}

/**
 * Counts what a token of an answer takes: the difference between a long answer and one half as long, to prompts of one
 * token, so that engines which cut prefill by the clock cut next to nothing. The median of several such pairs.
 */
export function countTurn(context: BrowserContext, url: string, plan: TurnPlan): Promise<CountedTurn> {
  return withPage(
    context,
    url,
    plan,
    async (page) => {
      await answer(page, SHORT_PROMPT_TOKENS, WARM_UP_TOKENS);
      const pairs: GpuCalls[] = [];
      while (pairs.length < COUNTED_PAIRS) {
        const shorter = await countedAnswer(page, Math.ceil(plan.answerTokens / 2));
        const longer = await countedAnswer(page, plan.answerTokens);
        pairs.push(callsPerToken(shorter, longer));
      }
      const perToken = CALLS.map((key) => [key, spreadOf(pairs.map((calls) => calls[key])).median] as const);
      return { total: await readCounts(page), perToken: Object.fromEntries(perToken) as GpuCalls };
    },
    COUNT_SCRIPT,
  );
}

async function countedAnswer(page: Page, maxTokens: number): Promise<CountedAnswer> {
  const before = await readCounts(page);
  const { tokens } = await answer(page, 1, maxTokens);
  return { before, after: await readCounts(page), tokens };
}

async function withPage<Result>(
  context: BrowserContext,
  url: string,
  { modelPath, contextTokens }: TurnPlan,
  run: (page: Page, loadMs: number) => Promise<Result>,
  before?: string,
): Promise<Result> {
  const page = await context.newPage();
  try {
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(url);
    const field = page.locator('input[type=file]');
    if ((await field.count()) > 0) await field.setInputFiles(modelPath);
    await page.waitForFunction(() => 'bench' in globalThis);
    const loadMs = await page.evaluate(
      (tokens) => (globalThis as unknown as { bench: BenchPage }).bench.load(tokens),
      contextTokens,
    );
    return await run(page, loadMs);
  } finally {
    await page.close();
  }
}

function answer(page: Page, promptTokens: number, maxTokens: number): Promise<BenchAnswer> {
  const request: BenchRequest = { promptTokens, maxTokens, seed: ++seeds };
  return page.evaluate((request) => (globalThis as unknown as { bench: BenchPage }).bench.answer(request), request);
}

function decodeSpeed({ tokens, firstTokens, totalMs, firstTextMs }: BenchAnswer): number {
  return ((tokens - firstTokens) * 1000) / (totalMs - firstTextMs);
}

/** The script that has a page count, for `addInitScript`. */
export const COUNT_SCRIPT = `(${countGpu.toString()})(globalThis)`;

/** What a page, its frames and all workers under it have counted. Throws where one of them does not count. */
export async function readCounts(page: Page): Promise<GpuApiCounts> {
  const read = () => (globalThis as CountingScope).gpuCounts ?? null;
  const realms = [
    ...page.frames().map((frame) => frame.evaluate(read)),
    ...page.workers().map((worker) => worker.evaluate(read)),
  ];
  const all = await Promise.all(realms);
  const counts = all.filter((each) => each !== null);
  if (counts.length !== all.length) throw new Error('a frame or worker of the page was not counted');
  return sumCounts(counts);
}
