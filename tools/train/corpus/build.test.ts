/** The whole corpus: made again byte for byte, well formed, of every skill, and without the evaluation's questions. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { allCases } from '../evaluation/cases.ts';
import { buildCorpus, conversationBytes } from './build.ts';
import type { Conversation, Turn } from './example.ts';
import { SKILL_SHARES } from './shares.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function totalBytes(conversations: readonly Conversation[]): number {
  return conversations.reduce((sum, one) => sum + conversationBytes(one), 0);
}

/** A text as letters and digits alone: whatever a person may have typed differently is gone. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/gu, '');
}

it('the size of a conversation counts UTF-8 bytes', () => {
  expect(
    conversationBytes([
      { role: 'user', content: 'Né?' },
      { role: 'assistant', content: '€' },
    ]),
  ).toBe(7);
});

describe('the corpus', () => {
  it('is the same for the same seed, and begins the same whatever its size', () => {
    const small = JSON.stringify([...buildCorpus(5, 30_000)]);
    const large = JSON.stringify([...buildCorpus(5, 60_000)]);
    expect(JSON.stringify([...buildCorpus(5, 30_000)])).toBe(small);
    expect(large.startsWith(small.slice(0, -1))).toBe(true);
    expect(JSON.stringify([...buildCorpus(6, 30_000)])).not.toBe(small);
  });

  it('ends with the conversation that reaches its size', () => {
    const conversations = [...buildCorpus(7, 20_000)];
    expect(totalBytes(conversations)).toBeGreaterThanOrEqual(20_000);
    expect(totalBytes(conversations.slice(0, -1))).toBeLessThan(20_000);
  });

  it('has well-formed conversations of every skill', () => {
    const spies = SKILL_SHARES.map(([skill]) => ({ name: skill.name, spy: vi.spyOn(skill, 'generate') }));
    const conversations = [...buildCorpus(8, 300_000)];
    for (const turns of conversations) {
      expect(turns.map(({ role }) => role[0]).join('')).toMatch(/^s?(?:u(?:at)*a)+$/u);
      expect(turns.every(({ content }) => content.trim() !== '')).toBe(true);
    }
    const turns = new Set<Turn | undefined>(conversations.flat());
    const missing = spies.filter(
      ({ spy }) =>
        !spy.mock.results.some(({ type, value }) => type === 'return' && turns.has((value as Conversation)[1])),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(new Set(spies.map(({ name }) => name)).size).toBe(17);
  });

  it('has short and long conversations, with and without a system message', () => {
    const conversations = [...buildCorpus(9, 300_000)];
    const share = (holds: (turns: Conversation) => boolean): number =>
      conversations.filter(holds).length / conversations.length;
    expect(share((turns) => turns[0]!.role === 'system')).toBeGreaterThan(0.25);
    expect(share((turns) => turns[0]!.role === 'system')).toBeLessThan(0.5);
    expect(share((turns) => turns.length >= 12)).toBeGreaterThan(0.02);
    expect(share((turns) => turns.length === 2)).toBeGreaterThan(0.2);
  });

  it('holds no question of the evaluation', () => {
    const asked = new Set<string>();
    for (const turns of buildCorpus(10, 2_000_000))
      for (const { role, content } of turns) if (role === 'user') asked.add(plain(content));
    expect(asked.size).toBeGreaterThan(5000);
    const questions = allCases().map(({ messages }) => messages.at(-1)!.content);
    expect(questions.filter((question) => asked.has(plain(question)))).toEqual([]);
  });
});
