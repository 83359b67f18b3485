/** The longest time in which a page drew nothing, by the timestamps of its animation frames. */
import type { Page } from '@playwright/test';

/** In the page: what `countFrames` leaves. */
interface FrameCounter {
  readonly times: number[];
  isCounting: boolean;
}

/** Begins to note frames. */
export function countFrames(page: Page): Promise<void> {
  return page.evaluate(() => {
    const frames: FrameCounter = { times: [], isCounting: true };
    Object.assign(globalThis, { frames });
    const note = (time: number): void => {
      frames.times.push(time);
      if (frames.isCounting) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
}

/** Ends it; milliseconds of each frame's timestamp, ascending. */
export function framesSoFar(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const { frames } = globalThis as unknown as { frames: FrameCounter };
    frames.isCounting = false;
    return frames.times;
  });
}

/** Milliseconds between the two neighbours that lie furthest apart. Throws where there are no two. */
export function worstGapMs(times: readonly number[]): number {
  if (times.length < 2) throw new Error(`${times.length} frames were drawn: two are needed to measure a gap`);
  return Math.max(...times.slice(1).map((time, index) => time - times[index]!));
}
