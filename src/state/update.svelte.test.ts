import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpdateState, type RegisterServiceWorker } from './update.svelte.ts';

const reload = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('location', { reload });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  reload.mockClear();
});

function start() {
  const update = new UpdateState();
  const take = vi.fn(() => Promise.resolve());
  let options: Parameters<RegisterServiceWorker>[0] | undefined;
  update.start((given) => {
    options = given;
    return take;
  });
  return { update, take, options: options! };
}

describe('UpdateState', () => {
  it('takes a new version on the person’s word only', () => {
    const { update, take, options } = start();
    options.onNeedRefresh();
    expect([update.phase, take.mock.calls.length]).toEqual(['waiting', 0]);
    update.accept();
    expect([take.mock.calls.length, reload.mock.calls.length]).toEqual([1, 0]);
    options.onNeedReload();
    expect(reload).toHaveBeenCalledOnce();
  });

  it('does not open a page anew because another tab took the new version', () => {
    const { update, options } = start();
    options.onNeedRefresh();
    options.onNeedReload();
    expect([update.phase, reload.mock.calls.length]).toEqual(['taken', 0]);
    update.accept();
    expect(reload).toHaveBeenCalledOnce();
  });

  it('opens a page anew that no service worker controls', () => {
    const { update, options } = start();
    options.onNeedRefresh();
    update.accept();
    vi.advanceTimersByTime(5000);
    expect(reload).toHaveBeenCalledOnce();
  });

  it('can be put off', () => {
    const { update, options } = start();
    options.onNeedRefresh();
    update.later();
    expect(update.phase).toBe('none');
  });
});
