import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Undo } from './undo.svelte.ts';

describe('Undo', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('brings back once', async () => {
    const undo = new Undo();
    const bringBack = vi.fn<() => void>();
    undo.show('A chat', bringBack);
    await undo.take();
    await undo.take();
    expect(bringBack).toHaveBeenCalledTimes(1);
    expect(undo.offer).toBeNull();
  });

  it('ends after a while, but not while a person is at it', () => {
    const undo = new Undo();
    undo.show('A chat', () => undefined);
    vi.advanceTimersByTime(19_000);
    undo.hold();
    vi.advanceTimersByTime(60_000);
    expect(undo.offer?.what).toBe('A chat');
    undo.release();
    vi.advanceTimersByTime(19_000);
    expect(undo.offer).not.toBeNull();
    vi.advanceTimersByTime(2_000);
    expect(undo.offer).toBeNull();
  });

  it('lets go once where the offer lapses, is dismissed or gives way to another, and never where it is taken', async () => {
    const undo = new Undo();
    const letGo = vi.fn<() => void>();
    const show = () => undo.show('A model', () => undefined, letGo);
    show();
    vi.advanceTimersByTime(60_000);
    expect(letGo).toHaveBeenCalledTimes(1);
    show();
    undo.dismiss();
    undo.dismiss();
    expect(letGo).toHaveBeenCalledTimes(2);
    show();
    undo.show('A chat', () => undefined);
    expect(letGo).toHaveBeenCalledTimes(3);
    expect(undo.offer?.what).toBe('A chat');
    show();
    await undo.take();
    vi.advanceTimersByTime(60_000);
    expect(letGo).toHaveBeenCalledTimes(3);
  });
});
