import { beforeEach, expect, it } from 'vitest';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { EnginePhase } from './engine.svelte.ts';
import { Intents } from './intents.ts';
import { Problems } from './problems.svelte.ts';
import type { Interruption } from './transfers.svelte.ts';

const action = (label: string) => ({ label: () => label, run: () => undefined });
const fail = () => Promise.reject(new EngineError('NotFound', { what: 'Gone' }));

let problems: Problems;
let engine: { phase: EnginePhase; look: () => Promise<void> };
let library: { interruptions: Interruption[]; failedName: (error: unknown) => string | null };
let intents: Intents;

beforeEach(() => {
  problems = new Problems();
  engine = { phase: 'ready', look: () => Promise.resolve() };
  library = { interruptions: [], failedName: () => null };
  intents = new Intents(problems, engine, library, () => action('Restart'));
});

const offered = () => problems.current?.actions[0]?.label();

it('shows a failure in place of an earlier problem, and throws nothing', async () => {
  problems.show(new Error('earlier'));
  await intents.run(() => Promise.resolve());
  expect(problems.current).toBe(null);
  await intents.run(fail);
  expect(problems.current).toMatchObject({ error: { message: 'Gone.' }, actions: [] });
});

it('offers the way on that the failure names, else the one of the intent', async () => {
  const failWithWayOn = () => {
    const error = new EngineError('NotFound', { what: 'Gone' });
    intents.offer(error, [action('Load anyway')]);
    return Promise.reject(error);
  };
  await intents.run(failWithWayOn, () => [action('Try again')]);
  expect(offered()).toBe('Load anyway');
  await intents.run(fail, () => [action('Try again')]);
  expect(offered(), 'a way on holds for one failure').toBe('Try again');
});

it('offers to start the engine again wherever it has died', async () => {
  await intents.run(
    () => {
      engine.phase = 'died';
      return fail();
    },
    () => [action('Try again')],
  );
  expect(offered()).toBe('Restart');
});

it('leaves to its own place what was interrupted', async () => {
  await intents.run(() => {
    const error = new EngineError('SourceUnreachable', { what: 'Gone' });
    library.interruptions = [{ name: 'a', storedBytes: 1, fileBytes: 2, error, again: fail }];
    return Promise.reject(error);
  });
  expect(problems.current).toBe(null);
});

it('keeps the failure of a model that failed on its way, beside others, until it is asked for again', async () => {
  library.failedName = (error) => ((error as Error).message.startsWith('Damaged') ? 'A' : null);
  await intents.run(() => Promise.reject(new EngineError('HashMismatch', { what: 'Damaged' })));
  await intents.run(fail);
  const shown = () => problems.all.map(({ error, model }) => [(error as Error).message, model]);
  expect(shown()).toEqual([
    ['Damaged.', 'A'],
    ['Gone.', null],
  ]);
  await intents.run(() => Promise.resolve());
  expect(shown()).toEqual([['Damaged.', 'A']]);
  intents.forget('A');
  expect(shown()).toEqual([]);
});
