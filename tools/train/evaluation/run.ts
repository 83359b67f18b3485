/** Puts the cases to a model file, through our own engine, greedily, and counts. */
import { DEFAULT_SAMPLER } from '../../../workers/protocol/engine.ts';
import { encodePrompt } from '../chat-template.ts';
import { openNodeEngine } from '../../node-engine.ts';
import { type EvaluatedSkill, type EvaluationCase, SKILLS } from './case.ts';
import { isRight } from './judge.ts';

/** The share of right answers to reach; from the project's plan for Ember. */
export const TARGETS: Readonly<Record<EvaluatedSkill, { readonly title: string; readonly share: number }>> = {
  freehold: { title: 'Questions on Freehold and local AI', share: 0.9 },
  facts: { title: 'Everyday facts', share: 0.9 },
  reading: { title: 'An answer from a passage, with its source', share: 0.85 },
  unknown: { title: '"Not in the text", "I don\'t know"', share: 0.85 },
  'tool-call': { title: 'Tool calls', share: 0.9 },
  json: { title: 'JSON by schema, extraction', share: 0.85 },
  recall: { title: 'Recall of an earlier turn', share: 0.9 },
  arithmetic: { title: 'Two-digit addition and subtraction', share: 0.9 },
  story: { title: 'Stories: hero and place kept, no loops, an end', share: 0.9 },
};

const MAX_TOKENS = 320;

/** A case with what the model said. */
export interface CaseResult {
  readonly case: EvaluationCase;
  readonly answer: string;
  readonly right: boolean;
}

/** One row of the table. */
export interface SkillScore {
  readonly skill: EvaluatedSkill;
  readonly right: number;
  readonly count: number;
}

/** Answers every case. `onResult` is told of each as it comes; `adapterName` is part of an adapter's name to insist on. */
export async function runCases(
  modelPath: string,
  cases: readonly EvaluationCase[],
  onResult: (result: CaseResult) => void,
  adapterName = '',
): Promise<{ readonly results: CaseResult[]; readonly adapter: string }> {
  const { engine, close } = await openNodeEngine(modelPath, {}, adapterName);
  try {
    const results: CaseResult[] = [];
    for (const one of cases) {
      const prompt = encodePrompt(one.messages, engine.model.tokenizer);
      const sampler = { ...DEFAULT_SAMPLER, temperature: 0, seed: 1 };
      const answer = await engine.answer(prompt, { sampler, maxTokens: MAX_TOKENS }, () => undefined);
      const given = { text: answer.text.trim(), ended: answer.finishReason === 'end-of-turn' };
      const result = { case: one, answer: given.text, right: isRight(given, one.expect) };
      results.push(result);
      onResult(result);
    }
    return { results, adapter: engine.gpu.adapter.description };
  } finally {
    await close();
  }
}

/** A row as a line of text. */
export function scoreLine({ skill, right, count }: SkillScore): string {
  const { title, share } = TARGETS[skill];
  const percent = ((right / count) * 100).toFixed(1).padStart(5);
  return `${right / count >= share ? 'reached' : 'missed '} ${percent} % of ${count}  ${title} (to reach: ${share * 100} %)`;
}

/** The table's rows, in its order, without those that no case asked for. */
export function scores(results: readonly CaseResult[]): SkillScore[] {
  return SKILLS.map((skill) => {
    const asked = results.filter(({ case: one }) => one.skill === skill);
    return { skill, right: asked.filter(({ right }) => right).length, count: asked.length };
  }).filter(({ count }) => count > 0);
}
