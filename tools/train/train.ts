/**
 * `npm run train`: corpus, vocabulary, training, evaluation, model file and its card, one after another.
 *
 * The work lies in `.cache/train/RECIPE`; a training that was broken off goes on from its last checkpoint. Give
 * `--recipe cpu|gpu|smoke` (default cpu) and `--output FOLDER` (default `public/models/ember`). `--from FOLDER` begins with
 * the checkpoint and the vocabulary of another run instead of random weights, such as one on an earlier corpus.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readGguf } from '../../workers/format/gguf.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { createTokenizer } from '../../workers/text/create-tokenizer.ts';
import type { Tokenizer } from '../../workers/text/tokenizer.ts';
import { parseOptions } from '../arguments.ts';
import { main as writeIndex } from '../mirror.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { CONTROL_TOKENS } from './chat-template.ts';
import { type AverageFacts, writeCard } from './card.ts';
import type { CorpusFacts } from './corpus-facts.ts';
import { buildCorpus } from './corpus/build.ts';
import type { Conversation } from './corpus/example.ts';
import { encodeCorpus } from './encode.ts';
import type { EvaluationCase } from './evaluation/case.ts';
import { allCases, spread } from './evaluation/cases.ts';
import { runCases, scoreLine, scores } from './evaluation/run.ts';
import { exportGguf } from './export.ts';
import type { LossReport } from './loss-curve.ts';
import { tokenizerMetadata } from './metadata.ts';
import { findPython } from './python.ts';
import { CPU_RECIPE, GPU_RECIPE, type Recipe, SMOKE_RECIPE } from './recipe.ts';
import { countPieces, type LearntVocabulary, trainBpe } from './tokenizer/train-bpe.ts';

const OPTIONS = {
  recipe: 'value',
  from: 'value',
  output: 'value',
  stage: 'value',
  adapter: 'value',
  limit: 'value',
} as const;
const RECIPES = { cpu: CPU_RECIPE, gpu: GPU_RECIPE, smoke: SMOKE_RECIPE } as const;
/** The training's seed apart, so that held-out conversations are others. */
const HELD_OUT_SEED = 1_000_000;

const STAGES: readonly string[] = ['all', 'prepare', 'export', 'card'];
const MODEL_NAME = 'ember.gguf';
const OUTPUT = 'public/models/ember';
/** The figures that the page shows. */
const CATALOG_PATH = 'src/catalog/ember.json';

/**
 * Runs the command. `--stage prepare` stops before the training, `--stage export` only writes the file, `--stage card`
 * only evaluates the file and writes its card. The smoke recipe's model is worth no evaluation.
 */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const name = options.text('recipe') ?? 'cpu';
  if (!Object.hasOwn(RECIPES, name)) throw new Error(`--recipe is ${Object.keys(RECIPES).join(', ')}: not ${name}`);
  const recipe = RECIPES[name as keyof typeof RECIPES];
  const folder = join('.cache', 'train', recipe.version);
  const stage = options.text('stage') ?? 'all';
  if (!STAGES.includes(stage)) throw new Error(`--stage is ${STAGES.join(', ')}: not ${stage}`);
  const from = options.text('from') ?? null;
  if (stage === 'all' || stage === 'prepare') await prepare(folder, recipe, from);
  if (stage === 'prepare') return 0;
  if (stage === 'all' && trainNetwork(folder, from) !== 0) return 1;
  const output = options.text('output') ?? OUTPUT;
  if (stage !== 'card') await writeModel(folder, output, recipe);
  // The page finds what lies beside it by an index, with its hash.
  if (stage !== 'card' && output === OUTPUT) await writeIndex([dirname(OUTPUT)]);
  if (recipe === SMOKE_RECIPE) return 0;
  if (stage !== 'export') {
    const cases = spread(allCases(), options.number('limit') ?? Number.POSITIVE_INFINITY);
    await evaluateAndWriteCard(folder, output, recipe, cases, options.text('adapter'));
  }
  return 0;
}

async function writeModel(folder: string, output: string, recipe: Recipe): Promise<void> {
  await mkdir(output, { recursive: true });
  const path = join(output, MODEL_NAME);
  const corpus = await readJson<CorpusFacts>(folder, 'corpus.json');
  const vocabulary = await readJson<LearntVocabulary>(folder, 'vocabulary.json');
  const bytes = await exportGguf(folder, recipe, vocabulary, corpus);
  await writeFile(path, bytes);
  console.log(`${path}: ${bytes.length.toLocaleString('en')} bytes`);
}

async function readLog(folder: string): Promise<LossReport[]> {
  const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as LossReport);
}

/** Puts the evaluation's questions to the file and writes down what came of it. */
async function evaluateAndWriteCard(
  folder: string,
  output: string,
  recipe: Recipe,
  cases: readonly EvaluationCase[],
  adapterName = '',
): Promise<void> {
  const path = join(output, MODEL_NAME);
  const { results, adapter } = await runCases(path, cases, () => undefined, adapterName);
  await writeFile(join(folder, 'results.json'), JSON.stringify(results, null, 1));
  await writeCard(output, CATALOG_PATH, recipe, {
    corpus: await readJson(folder, 'corpus.json'),
    log: await readLog(folder),
    average: await readJson<AverageFacts>(folder, 'average.json').catch(() => null),
    scores: scores(results),
    adapter,
  });
  for (const score of scores(results)) console.log(scoreLine(score));
}

/**
 * Makes the corpus and the vocabulary, and encodes; does nothing where that is done. With the folder of a run to begin with,
 * the vocabulary and the losses so far are that run's.
 */
export async function prepare(folder: string, recipe: Recipe, from: string | null): Promise<void> {
  const recipeFile = join(folder, 'recipe.json');
  const recipeJson = JSON.stringify(recipe, null, 1);
  if ((await readFile(recipeFile, 'utf8').catch(() => null)) === recipeJson) return;
  if (await stat(join(folder, 'checkpoint.pt')).catch(() => null))
    throw new Error(`${folder} holds the checkpoint of another recipe: delete it, or give the recipe a new version`);
  await mkdir(folder, { recursive: true });
  const conversations = [...buildCorpus(recipe.seed, recipe.corpusBytes)];
  const hash = createHash('sha256');
  for (const conversation of conversations) hash.update(`${JSON.stringify(conversation)}\n`);
  const before = from === null ? [] : await corporaOf(from);
  const corpus: CorpusFacts = {
    conversations: conversations.length,
    bytes: recipe.corpusBytes,
    sha256: hash.digest('hex'),
    before,
  };
  await writeFile(join(folder, 'corpus.json'), JSON.stringify(corpus));
  console.log(`${corpus.conversations.toLocaleString('en')} conversations`);
  const vocabulary =
    from === null ? vocabularyOf(conversations, recipe) : await readJson<LearntVocabulary>(from, 'vocabulary.json');
  await writeFile(join(folder, 'vocabulary.json'), JSON.stringify(vocabulary));
  const tokenizer = await tokenizerOf(vocabulary);
  const { context } = recipe.shape;
  console.log('train', await encodeCorpus(conversations, tokenizer, context, join(folder, 'train')));
  const heldOut = buildCorpus(recipe.seed + HELD_OUT_SEED, recipe.heldOutBytes);
  console.log('held out', await encodeCorpus(heldOut, tokenizer, context, join(folder, 'held-out')));
  if (from !== null) await copyFile(join(from, 'log.jsonl'), join(folder, 'log.jsonl'));
  await writeFile(recipeFile, recipeJson);
}

/** The corpora that a run has seen so far, each with how far it had come when it left it, in tokens. */
async function corporaOf(folder: string): Promise<CorpusFacts['before']> {
  const { sha256, before } = await readJson<CorpusFacts>(folder, 'corpus.json');
  const last = (await readLog(folder)).at(-1);
  if (!last) throw new Error(`${folder} holds no training to begin with`);
  return [...before, { sha256, untilTokens: last.tokens }];
}

function vocabularyOf(conversations: readonly Conversation[], { shape }: Recipe): LearntVocabulary {
  const texts = conversations.flatMap((turns) => turns.map(({ content }) => content));
  return trainBpe(countPieces(texts), shape.vocabulary - CONTROL_TOKENS.length);
}

function trainNetwork(folder: string, from: string | null): number {
  const begin = from === null ? [] : [join(from, 'checkpoint.pt')];
  const { status } = spawnSync(findPython(), ['tools/train/trainer/train.py', folder, ...begin], { stdio: 'inherit' });
  return status ?? 1;
}

async function readJson<T>(folder: string, name: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as T;
}

/** The engine's own tokenizer over a learnt vocabulary. */
export async function tokenizerOf(vocabulary: LearntVocabulary): Promise<Tokenizer> {
  const metadata = { 'general.architecture': 'llama', ...tokenizerMetadata(vocabulary) };
  return createTokenizer(await readGguf(bytesSource(writeGguf({ metadata }))));
}
