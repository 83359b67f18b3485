import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DraftAttachments } from './draft-attachments.svelte.ts';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('DraftAttachments', () => {
  it('keeps those of each chat apart', () => {
    const drafts = new DraftAttachments();
    drafts.of('a').addPaste('x'.repeat(20), 10);
    expect(drafts.of('a').ready).toHaveLength(1);
    expect(drafts.of('b').items).toEqual([]);
    expect(drafts.of(null).items).toEqual([]);
  });

  it('says once after a reload what was attached and is gone', () => {
    const before = new DraftAttachments();
    before.of('a').addPaste('Dear all, '.repeat(9), 10);
    before.keepNames();
    const after = new DraftAttachments();
    expect(after.of('a').items).toMatchObject([{ phase: 'failed' }]);
    expect(after.of('a').items[0]?.name).toMatch(/^Pasted text: Dear all/);
    expect(after.of('a').ready).toEqual([]);
    expect(new DraftAttachments().of('a').items).toEqual([]);
  });

  it('takes nothing from what is malformed', () => {
    for (const kept of ['7', '[1]', '{"a": [1]}', '{"a": "b"}']) {
      localStorage.setItem('freehold.unsentFiles', kept);
      expect(new DraftAttachments().of('a').items).toEqual([]);
    }
  });
});
