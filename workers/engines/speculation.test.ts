/** When drafts run, judged on devices and texts made up for it; times are told, not taken. */
import { describe, expect, test } from 'vitest';
import { MAX_DRAFTS, Speculation, type SpeculationMode } from './speculation.ts';

/** What a device takes: a decoded token 10 ms, a step with drafts as given. */
const TOKEN_MS = 10;

/** Repeats its first hundred ids for ever. */
const looping = (position: number): number => 1 + (position % 100);

/** No id twice. */
const fresh = (position: number): number => position;

/** Ids that come again, with what follows them mostly another: pseudo-random, of a small vocabulary. */
const noisy = (position: number): number => 1 + ((Math.imul(position, 2654435761) >>> 13) % 17);

interface Run {
  readonly milliseconds: number;
  readonly drafted: number;
  readonly prepared: number;
}

/** Writes so many tokens on a device whose steps with drafts take so long. */
async function write(
  text: (position: number) => number,
  tokens: number,
  stepMs: (drafts: number, step: number) => number,
  mode: Exclude<SpeculationMode, 'off'> = 'auto',
): Promise<Run> {
  let [milliseconds, drafted, prepared, steps] = [0, 0, 0, 0];
  const speculation = new Speculation(mode, () => {
    prepared++;
    return Promise.resolve();
  });
  speculation.begin([text(0)]);
  for (let position = 1; position <= tokens;) {
    const drafts = await speculation.draft(tokens - position, TOKEN_MS);
    if (drafts.length === 0) {
      milliseconds += TOKEN_MS;
      speculation.payBack();
      speculation.add(text(position++));
      continue;
    }
    let right = 0;
    while (right < drafts.length && drafts[right] === text(position + right)) right++;
    const elapsedMs = stepMs(drafts.length, steps++);
    milliseconds += elapsedMs;
    drafted += drafts.length;
    speculation.verified(elapsedMs, right + 1, TOKEN_MS);
    for (let id = 0; id <= right; id++) speculation.add(text(position++));
  }
  return { milliseconds, drafted, prepared };
}

describe('drafts', () => {
  test('of a text that repeats itself make it come several times faster', async () => {
    const { milliseconds } = await write(looping, 2000, () => 1.4 * TOKEN_MS);
    expect(milliseconds).toBeLessThan((2000 * TOKEN_MS) / 4);
  });

  test('are not run where there are none, and their kernels not made', async () => {
    expect(await write(fresh, 500, () => 1)).toEqual({ milliseconds: 500 * TOKEN_MS, drafted: 0, prepared: 0 });
  });

  test('that are mostly wrong are left, with next to nothing lost', async () => {
    const { milliseconds } = await write(noisy, 3000, () => 2 * TOKEN_MS);
    expect(milliseconds).toBeLessThan((3000 * TOKEN_MS) / 0.97);
  });

  test('are left where a step for them takes as long as a token for each', async () => {
    const { milliseconds, drafted } = await write(looping, 3000, (drafts) => 1.3 * (drafts + 1) * TOKEN_MS);
    expect(drafted).toBeGreaterThan(0);
    expect(milliseconds).toBeLessThan((3000 * TOKEN_MS) / 0.97);
  });

  test('have a second chance where a step was slow by accident, and the first one says nothing', async () => {
    const slow = [30, 1.4, 10];
    const { milliseconds } = await write(looping, 3000, (_drafts, step) => (slow[step] ?? 1.4) * TOKEN_MS);
    expect(milliseconds).toBeLessThan(3000 * TOKEN_MS * 0.7);
  });

  test('are never made where the pace without them is not known', async () => {
    const speculation = new Speculation('auto', () => Promise.reject(new Error('not asked for')));
    speculation.begin([]);
    for (let position = 0; position < 500; position++) speculation.add(looping(position));
    expect(await speculation.draft(MAX_DRAFTS, null)).toEqual([]);
  });

  test('keep to the room there is', async () => {
    const speculation = new Speculation('always', () => Promise.resolve());
    speculation.begin([1, 2, 3, 4, 1]);
    expect(await speculation.draft(0, null)).toEqual([]);
    expect(await speculation.draft(2, null)).toEqual([2, 3]);
    expect(await speculation.draft(50, null)).toEqual([2, 3, 4, 1, 2, 3, 4]);
  });

  test('wait until their kernels are made, and an answer does not wait for them', async () => {
    let made: () => void = () => undefined;
    const speculation = new Speculation('auto', () => new Promise((resolve) => (made = resolve)));
    speculation.begin([]);
    for (let position = 0; position < 250; position++) speculation.add(looping(position));
    expect(await speculation.draft(MAX_DRAFTS, TOKEN_MS)).toEqual([]);
    made();
    await new Promise((resolve) => setTimeout(resolve));
    expect((await speculation.draft(MAX_DRAFTS, TOKEN_MS)).length).toBeGreaterThan(1);
  });

  test('do without where their kernels cannot be made', async () => {
    const speculation = new Speculation('always', () => Promise.reject(new Error('device lost')));
    speculation.begin([1, 2, 1]);
    expect(await speculation.draft(MAX_DRAFTS, TOKEN_MS)).toEqual([]);
  });
});
