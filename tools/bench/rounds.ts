/** Turns of several engines, A B C A B C, so that what else the machine does meets all of them alike. */
import type { BrowserContext } from '@playwright/test';
import type { EngineOutcome } from './report.ts';
import type { BenchSite, EngineName } from './site.ts';
import { countTurn, measureTurn, type TurnPlan } from './turn.ts';

/** The context is longer than what is asked of it, for what templates add. */
const SPARE_TOKENS = 128;

/**
 * A round that counts, in which every cache of the browser is filled too, then `rounds` that measure, with nothing around
 * the API. An engine that fails takes no more turns.
 */
export async function runRounds(
  context: BrowserContext,
  site: BenchSite,
  engines: readonly EngineName[],
  request: Pick<TurnPlan, 'modelPath' | 'promptTokens' | 'answerTokens' | 'depths'> & { readonly rounds: number },
): Promise<EngineOutcome[]> {
  const { modelPath, promptTokens, answerTokens, depths, rounds } = request;
  const contextTokens = Math.max(promptTokens, ...depths) + answerTokens + SPARE_TOKENS;
  const plan: TurnPlan = { modelPath, contextTokens, promptTokens, answerTokens, depths };
  let outcomes: EngineOutcome[] = engines.map((engine) => ({ engine, counted: null, turns: [], failure: null }));
  const turn = async (engine: EngineName, work: () => Promise<Partial<EngineOutcome>>): Promise<void> => {
    if (outcomes.find((outcome) => outcome.engine === engine)!.failure !== null) return;
    const news = await work().catch((error: unknown) => ({ failure: firstLine(error) }));
    outcomes = outcomes.map((outcome) => (outcome.engine === engine ? { ...outcome, ...news } : outcome));
  };
  for (const engine of engines) {
    await turn(engine, async () => ({ counted: await countTurn(context, site.pageUrl(engine), plan) }));
  }
  for (let round = 0; round < rounds; round++) {
    for (const engine of engines) {
      await turn(engine, async () => {
        const turns = outcomes.find((outcome) => outcome.engine === engine)!.turns;
        return { turns: [...turns, await measureTurn(context, site.pageUrl(engine), plan)] };
      });
    }
  }
  return outcomes;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.replace(/^page\.evaluate: /, '');
}
