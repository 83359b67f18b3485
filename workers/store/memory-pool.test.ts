import { describe, expect, it } from 'vitest';
import { MemoryPool } from './memory-pool.ts';

const signal = new AbortController().signal;

describe('a pool of memory', () => {
  it('makes no more than may be out at once, and gives the same again', async () => {
    const pool = new MemoryPool(8, () => 2);
    const [first, second] = [await pool.take(signal), await pool.take(signal)];
    expect([first.byteLength, second.byteLength]).toEqual([8, 8]);
    const waiting = [pool.take(signal), pool.take(signal)];
    pool.give(second);
    expect(await waiting[0]).toBe(second);
    pool.give(first);
    expect(await waiting[1]).toBe(first);
    pool.give(first);
    expect(await pool.take(signal)).toBe(first);
  });

  it('hands out more when more may be out, and waits no longer than its caller', async () => {
    let most = 1;
    const pool = new MemoryPool(8, () => most);
    const first = await pool.take(signal);
    const stopping = new AbortController();
    const waiting = pool.take(stopping.signal);
    stopping.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(pool.take(stopping.signal)).rejects.toThrow('enough');
    most = 2;
    expect(await pool.take(signal)).not.toBe(first);
    const next = pool.take(signal);
    // Nobody who has gone takes what comes back.
    pool.give(first);
    expect(await next).toBe(first);
  });
});
