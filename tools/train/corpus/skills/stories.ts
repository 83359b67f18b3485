/**
 * Teaches to tell a story: the person gives a hero, a name, a place, or nothing; the story keeps what was given, word for
 * word, and has an end. Then come questions about it, a title, or another story. It never asks for a hero, a name or a
 * place of the evaluation.
 */
import { assistant, type Conversation, type Skill, type Turn, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readText } from '../read-text.ts';
import { splitOf } from '../split.ts';
import { parseTopics } from '../topics.ts';
import { type Ask, drawAsk, drawShortAsk } from './stories/asks.ts';
import { type Cast, drawCast, slotValues } from './stories/cast.ts';
import { tellPlot, tellShort } from './stories/plots.ts';
import { fillStory } from './stories/slots.ts';
import { asWritten, type Story, tellTale } from './stories/tales.ts';

const TRAIN = { kind: 'train', name: 'train', place: 'train' } as const;
const FOLLOW_UPS = parseTopics(withAnswers(readText('stories/follow-ups.txt')), 'follow-ups.txt');
/** Plots are told with words that change, tales word for word: a small model tells the few plots better than many tales. */
const PLOT_SHARE = 0.75;
const QUESTIONS = ['name', 'place', 'kind', 'title'];

interface Told {
  readonly story: Story;
  readonly cast: Cast;
}

/** The skill of telling stories. */
export const stories: Skill = {
  name: 'stories',
  generate(random): Conversation {
    const short = random.chance(0.12);
    const ask = short ? drawShortAsk(random) : drawAsk(random);
    let cast = drawTrainCast(random);
    if (!(ask.kind || ask.name || ask.place || ask.thing) && random.chance(0.4)) cast = asWritten(random, cast);
    const told = short ? { story: tellShort(random, cast), cast } : tell(random, cast, ask.thing);
    return [...askAndTell(random, ask, told), ...after(random, ask, told)];
  },
};

/** The kind and the place of a hero are held out as a pair too. */
export function pairText(cast: Cast): string {
  return `${cast.kind} / ${cast.place.bare}`;
}

function drawTrainCast(random: Random): Cast {
  let cast = drawCast(random, TRAIN);
  while (splitOf(pairText(cast)) !== 'train') cast = drawCast(random, TRAIN);
  return cast;
}

function tell(random: Random, cast: Cast, withThing: boolean, told: readonly string[] = []): Told {
  if (withThing || random.chance(PLOT_SHARE)) return tellPlot(random, cast, withThing);
  return { story: tellTale(random, cast, told), cast };
}

function askAndTell(random: Random, ask: Ask, { story, cast }: Told): Turn[] {
  // A name, a kind or a place must be copied as typed: no slip of the finger may fall on it.
  const asked = fillStory(ask.text, slotValues(random, cast));
  const plain = !(ask.kind || ask.name || ask.place || ask.thing);
  return [user(plain ? asTyped(random, asked) : lightlyTyped(random, asked, ask)), assistant(story.text)];
}

function lightlyTyped(random: Random, asked: string, { name, place }: Ask): string {
  let typed = asked;
  if (random.chance(0.15)) typed = typed.replace(/[?.!]$/u, '');
  if (!/please/iu.test(typed) && random.chance(0.06)) typed = `Please: ${typed}`;
  if (!name && !place && random.chance(0.1)) typed = typed.toLowerCase();
  return typed;
}

/** Up to two turns about the story, or another story with what was given. */
function after(random: Random, ask: Ask, told: Told): Turn[] {
  const kind = random.weighted([
    ['nothing', 62],
    ['questions', 24],
    ['another', 9],
    ['thanks', 5],
  ]);
  if (kind === 'nothing') return [];
  if (kind === 'questions') {
    return random.sample(QUESTIONS, random.integer(1, 2)).flatMap((id) => followUp(random, id, told));
  }
  if (kind === 'thanks') return followUp(random, 'thanks', told);
  const fresh = drawTrainCast(random);
  const kept = ask.kind || ask.name || ask.place ? keep(ask, told.cast, fresh) : fresh;
  const { questions } = topic('another');
  const asked = random.pick(questions.filter((text) => ask.name || !text.includes('{')));
  const next = tell(random, kept, false, [told.story.title]);
  return [user(fillStory(asked, slotValues(random, told.cast))), assistant(next.story.text)];
}

/** The next story's cast: the hero or the place that the person asked for, and new things. */
function keep(ask: Ask, { kind, adjective, name, pronoun, place, ...old }: Cast, fresh: Cast): Cast {
  if (ask.kind || ask.name)
    return { ...fresh, ...old, kind, adjective, name, pronoun, place: ask.place ? place : fresh.place };
  return { ...fresh, place };
}

function followUp(random: Random, id: string, { story, cast }: Told): Turn[] {
  const { questions, answers } = topic(id);
  const values = slotValues(random, cast);
  const answer = random.pick(answers);
  const said = fillStory(answer, (slot) => (slot === 'title' ? story.title : values(slot)));
  return [user(fillStory(random.pick(questions), values)), assistant(said)];
}

function topic(id: string): { questions: readonly string[]; answers: readonly string[] } {
  const found = FOLLOW_UPS.find((one) => one.id === id);
  if (!found) throw new Error(`no follow-up "${id}"`);
  return found;
}

/** Another story has no fixed answer; a topic needs one. */
function withAnswers(text: string): string {
  return text.replace('\n\n## thanks', '\n= {title}\n\n## thanks');
}
