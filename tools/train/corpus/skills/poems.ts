/**
 * Teaches to write a poem of four lines: by hand for many topics, and in forms that fit any thing, creature, place or name.
 * Then come a title, what it was about, or thanks. A poem never has other words than the hand-written ones and its topic's.
 */
import { assistant, type Conversation, type Skill, type Turn, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readLines, readParts, readText } from '../read-text.ts';
import { parseTopics } from '../topics.ts';
import { drawCast, slotValues } from './stories/cast.ts';
import { fillStory, titleCase } from './stories/slots.ts';

/** A poem, and what it is about. */
export interface Poem {
  readonly topic: string;
  readonly title: string;
  readonly text: string;
}

/** A poem with slots, for a kind of topic. */
interface Form {
  readonly for: string;
  readonly title: string;
  readonly text: string;
}

const TRAIN = { kind: 'train', name: 'train', place: 'train' } as const;
// The slot that names the topic, by kind of form.
const TOPIC_SLOTS: Readonly<Record<string, string>> = {
  thing: '{athing}',
  creature: '{akind}',
  place: '{aplace}',
  name: '{name}',
};

/** The poems written for one topic each. */
export const POEMS: readonly Poem[] = readParts('poems/topics.txt').map((part) => {
  const [topic, title, text] = split(part, 'topic');
  return { topic, title, text };
});

const FORMS: readonly Form[] = readParts('poems/forms.txt').map((part) => {
  const [kind, title, text] = split(part.replace(/^# .*\n/u, ''), 'for');
  if (!(kind in TOPIC_SLOTS)) throw new Error(`unknown kind of form: ${kind}`);
  return { for: kind, title, text };
});
const ASKS = readLines('poems/asks.txt');
const NAME_ASKS = readLines('poems/name-asks.txt');
const PLAIN_ASKS = readLines('poems/plain-asks.txt');
const FOLLOW_UPS = parseTopics(readText('poems/follow-ups.txt'), 'follow-ups.txt');

/** The skill of writing poems. */
export const poems: Skill = {
  name: 'poems',
  generate(random): Conversation {
    const kind = random.weighted([
      ['written', 55],
      ['form', 35],
      ['plain', 10],
    ]);
    const form = kind === 'form' ? random.pick(FORMS) : null;
    const poem = form ? fillForm(random, form) : random.pick(POEMS);
    const ask = random.pick(kind === 'plain' ? PLAIN_ASKS : form?.for === 'name' ? NAME_ASKS : ASKS);
    const asked = fillStory(ask, (slot) => (slot === 'topic' || slot === 'name' ? poem.topic : undefined));
    const turns = [user(form ? asked : asTyped(random, asked)), assistant(poem.text)];
    for (const { id, questions, answers } of FOLLOW_UPS) {
      if (random.chance(id === 'title' ? 0.15 : 0.05)) turns.push(...followUp(random, questions, answers, poem));
    }
    return turns;
  },
};

function followUp(random: Random, questions: readonly string[], answers: readonly string[], poem: Poem): Turn[] {
  const said = fillStory(random.pick(answers), (slot) => (slot === 'title' ? poem.title : poem.topic));
  return [user(random.pick(questions)), assistant(said)];
}

function fillForm(random: Random, form: Form): Poem {
  const cast = drawCast(random, TRAIN);
  const values = slotValues(random, cast);
  const titles: Readonly<Record<string, string>> = {
    'kind-title': titleCase(cast.kind),
    'place-title': titleCase(cast.place.definite),
  };
  const fill = (text: string): string => fillStory(text, (slot) => titles[slot] ?? values(slot));
  const title = fill(form.title).replace(/^The The /u, 'The ');
  return { topic: fill(TOPIC_SLOTS[form.for]!), title, text: fill(form.text) };
}

/** The value of the first header line, the title and the text. */
function split(part: string, key: string): [first: string, title: string, text: string] {
  const found = new RegExp(`^${key}: (?<first>.+)\\ntitle: (?<title>.+)\\n\\n(?<text>[\\s\\S]+)$`, 'u').exec(
    part,
  )?.groups;
  if (!found) throw new Error(`expected "${key}: " and "title: ", an empty line and the poem: ${JSON.stringify(part)}`);
  return [found['first']!, found['title']!, found['text']!];
}
