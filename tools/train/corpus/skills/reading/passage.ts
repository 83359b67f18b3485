/** Makes a passage of a kind: a few sentences that tell some of its facts and always leave at least one untold. */
import type { Split } from '../../example.ts';
import type { Random } from '../../random.ts';
import type { Fact, PassageKind } from './kinds.ts';
import { drawValue } from './values.ts';

/** A passage, with what it tells. */
export interface Passage {
  readonly kind: PassageKind;
  readonly name: string;
  readonly text: string;
  /** The values of the facts that the text tells, by the facts' ids. */
  readonly told: ReadonlyMap<string, string>;
}

/** Makes a passage; it tells the fact with the id `must`, if one is given, and does not tell the one with the id `mustNot`. */
export function makePassage(random: Random, kind: PassageKind, split: Split, must?: string, mustNot?: string): Passage {
  const name = makeName(random, kind, split);
  const told = new Map<string, string>();
  const frames: string[] = [];
  const sentences = random.integer(2, 5);
  const candidates = random.shuffled(kind.frames);
  if (must !== undefined) candidates.unshift(candidates.find((frame) => gapsOf(frame).includes(must))!);
  for (const frame of candidates) {
    const gaps = gapsOf(frame);
    if (gaps.some((gap) => told.has(gap) || gap === mustNot) || told.size + gaps.length >= kind.facts.length) continue;
    for (const gap of gaps) told.set(gap, drawValue(random, factOf(kind, gap).spec, split));
    frames.push(frame);
    if (frames.length === sentences) break;
  }
  const text = random
    .shuffled(frames)
    .map((frame, index) =>
      sentence(
        fill(index === 0 ? frame : withoutName(random, kind, name, frame), { N: name, ...Object.fromEntries(told) }),
      ),
    )
    .join(' ');
  return { kind, name, text, told };
}

/** A name for a thing of the kind. */
export function makeName(random: Random, kind: PassageKind, split: Split): string {
  return random.pick(kind.names).replace(/\{([^}]+)\}/gu, (_, spec: string) => drawValue(random, spec, split));
}

/** The facts that the passage tells (or, with `false`, leaves out). */
export function factsOf({ kind, told }: Passage, areTold = true): Fact[] {
  return kind.facts.filter(({ id }) => told.has(id) === areTold);
}

/** The template with its gaps filled. Throws an `Error` at a gap that has no value. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/gu, (_, gap: string) => {
    const value = values[gap];
    if (value === undefined) throw new Error(`no value for {${gap}} in ${template}`);
    return value;
  });
}

/** The text with a capital letter at its start. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How the thing is called after it was named once. */
function withoutName(random: Random, kind: PassageKind, name: string, frame: string): string {
  if (kind.again === 'name' || random.chance(0.12)) return frame;
  if (kind.again === 'first name') return frame.replaceAll('{N}', name.split(' ')[0]!);
  return frame.startsWith('{N} ') && random.chance(0.55)
    ? frame.replace('{N}', 'it')
    : frame.replaceAll('{N}', kind.call);
}

function gapsOf(frame: string): string[] {
  return [...frame.matchAll(/\{(\w+)\}/gu)].map((match) => match[1]!).filter((gap) => gap !== 'N');
}

function factOf(kind: PassageKind, id: string): Fact {
  const fact = kind.facts.find((one) => one.id === id);
  if (!fact) throw new Error(`${kind.id} has no fact ${id}`);
  return fact;
}
