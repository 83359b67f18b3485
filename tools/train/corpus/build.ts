/** Mixes the skills into a corpus: the same seed and size give the same conversations, byte for byte. */
import type { Conversation, Skill, Turn } from './example.ts';
import { Random } from './random.ts';
import { NEEDS_NO_TOOLS, SKILL_SHARES } from './shares.ts';
import { withIdleTools } from './skills/tools.ts';
import { withSystemMessage } from './system-messages.ts';

/** How often two or three conversations become one long one, so that the model knows its whole context. */
const LONG_SHARE = 0.05;
const LONG_CHARACTERS = 2200;
/** How often a conversation that needs no tools has some, so that having tools does not mean using them. */
const IDLE_TOOLS_SHARE = 0.04;

/** The length of a conversation's text, in UTF-8 bytes. */
export function conversationBytes(conversation: Conversation): number {
  return conversation.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
}

/** Conversations until their text reaches this size. */
export function* buildCorpus(seed: number, bytes: number): Generator<Conversation> {
  const random = new Random(seed);
  const shares = measuredShares(random);
  let made = 0;
  while (made < bytes) {
    const conversation = random.chance(LONG_SHARE) ? long(random, shares) : one(random, shares);
    made += conversationBytes(conversation);
    yield conversation;
  }
}

type Shares = readonly (readonly [skill: Skill, share: number])[];

/** Shares are of the text, so skills with long conversations are drawn less often. */
function measuredShares(random: Random): Shares {
  return SKILL_SHARES.map(([skill, share]) => {
    const samples = Array.from({ length: 50 }, () => conversationBytes(skill.generate(random)));
    return [skill, share / (samples.reduce((sum, size) => sum + size) / samples.length)] as const;
  });
}

function one(random: Random, shares: Shares): Conversation {
  const skill = random.weighted(shares);
  const conversation = skill.generate(random);
  if (NEEDS_NO_TOOLS.has(skill) && random.chance(IDLE_TOOLS_SHARE)) return withIdleTools(random, conversation);
  return withSystemMessage(random, conversation);
}

/** Several conversations after one another, as a long chat is; those that bring their own system message stay alone. */
function long(random: Random, shares: Shares): Conversation {
  const turns: Turn[] = [];
  let characters = 0;
  for (let tries = 0; tries < 24; tries++) {
    const next = random.weighted(shares).generate(random);
    const size = conversationBytes(next);
    if (next[0]?.role === 'system' || characters + size > LONG_CHARACTERS) continue;
    turns.push(...next);
    characters += size;
  }
  return turns.length === 0 ? one(random, shares) : withSystemMessage(random, turns);
}
