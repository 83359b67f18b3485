/** How much of the corpus' text each skill makes up: more where the evaluation asks more, or where learning takes longer. */
import type { Skill } from './example.ts';
import { arithmetic } from './skills/arithmetic.ts';
import { copying } from './skills/copying.ts';
import { ember } from './skills/ember.ts';
import { facts } from './skills/facts.ts';
import { freehold } from './skills/freehold.ts';
import { howTo } from './skills/how-to.ts';
import { json } from './skills/json.ts';
import { openWeights } from './skills/open-weights.ts';
import { poems } from './skills/poems.ts';
import { reading } from './skills/reading.ts';
import { recall } from './skills/recall.ts';
import { science } from './skills/science.ts';
import { stories } from './skills/stories.ts';
import { talk } from './skills/talk.ts';
import { textWork } from './skills/text-work.ts';
import { tools } from './skills/tools.ts';
import { unknown } from './skills/unknown.ts';

/** Every skill with its share; they need not sum to 1. */
export const SKILL_SHARES: readonly (readonly [skill: Skill, share: number])[] = [
  [freehold, 0.14],
  [openWeights, 0.06],
  [ember, 0.03],
  [facts, 0.06],
  [science, 0.02],
  [howTo, 0.02],
  [unknown, 0.03],
  [reading, 0.36],
  [tools, 0.12],
  [json, 0.14],
  [textWork, 0.04],
  [talk, 0.03],
  [recall, 0.1],
  [copying, 0.07],
  [stories, 0.09],
  [poems, 0.01],
  [arithmetic, 0.02],
];

/** Skills whose conversations may have tools at hand that they do not need. */
export const NEEDS_NO_TOOLS: ReadonlySet<Skill> = new Set([talk, recall, textWork, poems]);
