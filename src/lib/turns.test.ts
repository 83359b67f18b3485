import { describe, expect, it } from 'vitest';
import { restoreTurns, toMessages, type Turn } from './turns.ts';

const turn = (id: number, role: Turn['role'], content: string): Turn => ({ id, role, content, stats: null });

describe('toMessages', () => {
  it('leaves out a blank system prompt and answers with no text', () => {
    expect(toMessages(' ', [turn(1, 'user', 'a'), turn(2, 'assistant', ''), turn(3, 'user', 'b')])).toEqual([
      { role: 'user', content: 'a\n\nb' },
    ]);
  });
  it('keeps what a person and a model said as it was', () => {
    expect(toMessages('s', [turn(1, 'user', ' a\n'), turn(2, 'assistant', 'b ')])).toEqual([
      { role: 'system', content: 's' },
      { role: 'user', content: ' a\n' },
      { role: 'assistant', content: 'b ' },
    ]);
  });
});

describe('restoreTurns', () => {
  it('takes back what was kept', () => {
    const turns = [turn(1, 'user', 'a'), turn(2, 'assistant', 'b')];
    expect(restoreTurns(JSON.parse(JSON.stringify(turns)))).toEqual(turns);
  });
  it.each([[null], [{}], [[null]], [[{ id: 1, role: 'system', content: '', stats: null }]], [[{ id: 1 }]]])(
    'takes %j for no conversation',
    (kept) => {
      expect(restoreTurns(kept)).toEqual([]);
    },
  );
});
