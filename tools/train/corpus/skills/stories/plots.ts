/**
 * Stories made from plots: an opening, a wish, an obstacle, a helper, a turn and an ending, each drawn from hand-written
 * variants that fit all the others of their plot. The thing that is lost in the beginning is the thing that is found.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../random.ts';
import { readLines, TEXT_FOLDER } from '../../read-text.ts';
import { type Cast, slotValues, withMarkedThing } from './cast.ts';
import { fillStory, hasSlot, repeats } from './slots.ts';
import { fits, type Story } from './tales.ts';

const SECTIONS = ['wish', 'obstacle', 'helper', 'turn', 'ending'] as const;

/** A plot's variants. */
export interface Plot {
  readonly name: string;
  /** What its thing must be able to do; empty if that does not matter. */
  readonly things: string;
  readonly titles: readonly string[];
  readonly sections: readonly (readonly string[])[];
  /** The whole plot in three sentences. */
  readonly three: readonly string[];
}

const FOLDER = 'stories/plots';
const OPENINGS = readLines('stories/lists/openings.txt');
const CLOSINGS = readLines('stories/lists/closings.txt');
const THREE = readLines('stories/three.txt');

/** All plots. */
export const PLOTS: readonly Plot[] = readdirSync(join(TEXT_FOLDER, FOLDER)).toSorted().map(readPlot);

/** A story of a plot with this cast, and the cast as it was told: the plot may ask for another thing. */
export function tellPlot(random: Random, given: Cast, withThing = false): { story: Story; cast: Cast } {
  const plot = random.pick(
    withThing ? PLOTS.filter(({ things, sections }) => things === '' && usesThing(sections)) : PLOTS,
  );
  const cast = withMarkedThing(random, given, plot.things);
  for (;;) {
    const lines = [random.pick(OPENINGS), ...plot.sections.map((variants) => random.pick(fitting(variants, cast)))];
    if (random.chance(0.35)) lines.push(random.pick(CLOSINGS));
    const story = told(random, cast, random.pick(plot.titles), lines.join(' '));
    if (!repeats(story.text)) return { story, cast };
  }
}

/** A story of three sentences with this cast. */
export function tellShort(random: Random, given: Cast): Story {
  const plot = random.pick(PLOTS);
  const cast = withMarkedThing(random, given, plot.things);
  if (random.chance(0.6)) return told(random, cast, random.pick(plot.titles), random.pick(fitting(plot.three, cast)));
  return told(random, cast, '{Name} and the Others', random.pick(fitting(THREE, cast)));
}

function told(random: Random, cast: Cast, title: string, text: string): Story {
  const values = slotValues(random, cast);
  return { title: fillStory(title, values), text: fillStory(text, values) };
}

function fitting(lines: readonly string[], cast: Cast): readonly string[] {
  const found = lines.filter((line) => fits(line, cast));
  return found.length > 0 ? found : lines;
}

/** True if every variant of the wish brings in the thing. */
function usesThing(sections: readonly (readonly string[])[]): boolean {
  return sections[0]!.every((line) => hasSlot(line, 'athing'));
}

function readPlot(file: string): Plot {
  const found = new Map<string, string[]>(['title', 'things', ...SECTIONS, 'three'].map((key) => [key, []]));
  let open: string | null = null;
  for (const line of readLines(`${FOLDER}/${file}`)) {
    const { key, value } = /^(?<key>title|things): (?<value>.+)$/u.exec(line)?.groups ?? {};
    const section = /^\[(?<section>\w+)\]$/u.exec(line)?.groups?.['section'];
    if (section !== undefined) open = section;
    const lines = found.get(key ?? open ?? '');
    if (!lines) throw new Error(`${file}: unknown or missing section before ${JSON.stringify(line)}`);
    if (section === undefined) lines.push(value ?? line);
  }
  const at = (key: string): string[] => found.get(key)!;
  for (const key of ['title', ...SECTIONS, 'three'])
    if (at(key).length === 0) throw new Error(`${file}: nothing in [${key}]`);
  return {
    name: file,
    things: at('things')[0] ?? '',
    titles: at('title'),
    sections: SECTIONS.map(at),
    three: at('three'),
  };
}
