/** What a trained model is, written down: `README.md` and `loss.svg` beside the file, `ember.json` for the page. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGguf } from '../../workers/format/gguf.ts';
import { summarize } from '../../workers/format/summary.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import type { CorpusFacts } from './corpus-facts.ts';
import { type SkillScore, TARGETS } from './evaluation/run.ts';
import { lossCurve, type LossReport } from './loss-curve.ts';
import type { Recipe } from './recipe.ts';

/** That the file's weights are a mean of two states of the training; `average.py` writes it. */
export interface AverageFacts {
  /** The share of the last state; the rest is the state that the run began with. */
  readonly ownShare: number;
  /** Tokens that the other state had seen. */
  readonly otherTokens: number;
  readonly heldOutLoss: number;
}

/** What the card tells beyond the recipe. */
export interface CardFacts {
  readonly corpus: CorpusFacts;
  readonly log: readonly LossReport[];
  readonly average: AverageFacts | null;
  readonly scores: readonly SkillScore[];
  /** What the evaluation ran on. */
  readonly adapter: string;
}

/** Writes the three files. The model lies in `folder` as `ember.gguf`. */
export async function writeCard(folder: string, catalogPath: string, recipe: Recipe, facts: CardFacts): Promise<void> {
  const bytes = await readFile(join(folder, 'ember.gguf'));
  const summary = summarize(await readGguf(bytesSource(bytes)), 'ember.gguf');
  const last = facts.log.at(-1);
  const evaluation = facts.scores.map(({ skill, right, count }) => ({
    title: TARGETS[skill].title,
    right,
    count,
    target: TARGETS[skill].share,
  }));
  const ember = {
    version: recipe.version,
    fileBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    parameters: summary.parameters,
    contextLength: summary.contextLength,
    corpusBytes: facts.corpus.bytes,
    trainingTokens: last?.tokens ?? 0,
    trainingMinutes: Math.round((last?.seconds ?? 0) / 60),
    evaluation,
  };
  await writeFile(catalogPath, `${JSON.stringify(ember, null, 2)}\n`);
  await writeFile(join(folder, 'loss.svg'), lossCurve(facts.log));
  await writeFile(join(folder, 'README.md'), card(recipe, facts, ember));
}

interface EmberFigures {
  readonly fileBytes: number;
  readonly sha256: string;
  readonly parameters: number;
  readonly trainingTokens: number;
  readonly trainingMinutes: number;
  readonly evaluation: readonly {
    readonly title: string;
    readonly right: number;
    readonly count: number;
    readonly target: number;
  }[];
}

function card(recipe: Recipe, { corpus, log, average, adapter }: CardFacts, ember: EmberFigures): string {
  const { shape } = recipe;
  const integer = (value: number): string => value.toLocaleString('en');
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const rows = ember.evaluation.map(({ title, right, count, target }) => {
    const share = right / count;
    const verdict = share >= target ? 'reached' : `missed by ${((target - share) * 100).toFixed(1)} points`;
    return `| ${title} | ${count} | ${(share * 100).toFixed(1)} % | ${percent(target)} | ${verdict} |`;
  });
  const last = log.at(-1);
  const earlier = corpus.before.map(
    ({ sha256, untilTokens }) =>
      `Up to ${integer(untilTokens)} tokens it was trained on an earlier corpus, SHA-256 \`${sha256}\`.`,
  );
  const mean =
    average === null
      ? ''
      : `\nThe file's weights are a mean: ${percent(average.ownShare)} of the last state, the rest of the state at ${integer(average.otherTokens)} tokens, from which
the run had begun. Held-out loss of the mean: ${average.heldOutLoss}.\n`;
  return `# Ember

A small language model that comes with Freehold: a guide that was taught Freehold, everyday facts, simple conversation, reading
a passage, tool calls, JSON, sums and stories. How well it learnt each of them is in the table below. For real work, use a
larger model.

|                  |                                                                                      |
| ---------------- | ------------------------------------------------------------------------------------ |
| Made by          | Freehold, from random weights; recipe ${recipe.version}, seed ${recipe.seed}          |
| Licence          | MIT                                                                                  |
| Architecture     | llama: ${shape.layers} layers, width ${shape.width}, ${shape.heads} heads on ${shape.kv_heads} key-value heads, feed-forward ${shape.feed_forward} |
| Parameters       | ${integer(ember.parameters)} (embeddings shared with the output) |
| Vocabulary       | ${integer(shape.vocabulary)} tokens, byte-level BPE, trained on the corpus |
| Context          | ${integer(shape.context)} tokens |
| File             | \`ember.gguf\`, ${integer(ember.fileBytes)} bytes, Q8_0, SHA-256 \`${ember.sha256}\` |

## Data

${integer(corpus.conversations)} conversations, ${integer(corpus.bytes)} bytes of text, made by the seeded generators in \`tools/train/corpus\` from text
that was written for this model, with no text from anywhere else. SHA-256 of the corpus: \`${corpus.sha256}\`.${earlier.map((line) => `\n${line}`).join('')}

## Training

${integer(ember.trainingTokens)} tokens in ${ember.trainingMinutes} minutes; Muon for the matrices, AdamW for the embeddings; the loss counts what the
assistant says and nothing else. Last losses: ${last?.trainLoss ?? '-'} in training, ${last?.heldOutLoss ?? '-'} on conversations made with another seed.
${mean}
![Loss over tokens, in training and held out](loss.svg)

## Evaluation

Greedy answers of this very file, through Freehold's engine (\`npm run evaluate\`; adapter: ${adapter}). Questions, names,
numbers and passages do not occur in the corpus.

| Skill | Prompts | Right | To reach | |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

## Limits

- It knows what its corpus says and little else. It was taught to say "I don't know", and still it may make things up.
- What it says of Freehold is of the day its corpus was made: it still believes that only models of the llama architecture run,
  in one GGUF file, and that Freehold takes no folders. The page and the README know better.
- English only. Facts of 2026. No code, no law, no medicine, no news.
- Sums, names and numbers of a text come out wrong as often as the table says.
- Its manners come from less than two megabytes of hand-written text; that text's views are its views.
- It cannot take in more than ${integer(shape.context)} tokens, about ${Math.round(shape.context * 0.007) * 100} words, of one conversation.
`;
}
