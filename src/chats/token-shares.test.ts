import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullness, roomFor, shareOut } from './token-shares.ts';

describe('shareOut', () => {
  it('tells the parts of a prompt', () => {
    const messages = [{ role: 'system' }, { role: 'user' }, { role: 'assistant' }, { role: 'user' }] as const;
    const counts = { total: 100, messages: [10, 20, 15, 40], template: 15 };
    expect(shareOut(counts, messages, { attachments: 30, draft: 8 }, 512)).toEqual({
      systemPrompt: 10,
      attachments: 30,
      earlier: 37,
      draft: 8,
      template: 15,
      total: 100,
      contextLength: 512,
    });
  });

  it('adds up, whatever was counted', () => {
    const count = fc.nat(1000);
    fc.assert(
      fc.property(fc.array(count, { maxLength: 6 }), count, count, count, (sizes, template, attachments, draft) => {
        const total = sizes.reduce((sum, size) => sum + size, template);
        const messages = sizes.map((_, index) => ({ role: index === 0 ? ('system' as const) : ('user' as const) }));
        const shares = shareOut({ total, messages: sizes, template }, messages, { attachments, draft }, 512);
        const { systemPrompt, earlier } = shares;
        const parts = [systemPrompt, shares.attachments, earlier, shares.draft, shares.template];
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a context', () => {
  it('is high from three quarters and full from nine tenths', () => {
    const at = (total: number) => fullness({ total, contextLength: 1000 });
    expect([at(0), at(749), at(750), at(899), at(900), at(2000)]).toEqual([
      'low',
      'low',
      'high',
      'high',
      'full',
      'full',
    ]);
  });

  it('leaves room for an answer down to a sixteenth', () => {
    const at = (total: number) => roomFor({ total, contextLength: 160 });
    expect([at(150), at(151), at(159), at(160), at(161)]).toEqual(['enough', 'tight', 'tight', 'none', 'none']);
  });
});
