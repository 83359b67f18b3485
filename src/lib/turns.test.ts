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

describe('thoughts', () => {
  const thinking = { text: 'Well.', ms: 1200 };
  it('go to the engine beside the answers', () => {
    const turns = [turn(1, 'user', 'a'), { ...turn(2, 'assistant', 'b'), thinking }, turn(3, 'user', 'c')];
    expect(toMessages('', turns)).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', thinking: 'Well.' },
      { role: 'user', content: 'c' },
    ]);
    expect(restoreTurns(JSON.parse(JSON.stringify(turns)))).toEqual(turns);
  });
  it('that led to no answer are left out', () => {
    const turns = [turn(1, 'user', 'a'), { ...turn(2, 'assistant', ''), thinking }, turn(3, 'user', 'c')];
    expect(toMessages('', turns)).toEqual([{ role: 'user', content: 'a\n\nc' }]);
  });
  it.each([null, 'Well.', {}, { text: 1, ms: null }])('are no %j', (strange) => {
    expect(restoreTurns([{ ...turn(1, 'assistant', 'b'), thinking: strange }])).toEqual([]);
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
