/** Taking in a folder of models: each once, what became of each, and no one kept out by another. */
import { expect, it } from 'vitest';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ModelChoice } from '../../workers/protocol/found.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import type { Offer } from './finder.svelte.ts';
import { ImportAll, importOf } from './import-all.svelte.ts';
import type { Addition } from './library.svelte.ts';
import { entry } from './testing/samples.ts';

const choice = (path: string, missing: readonly string[] = []): ModelChoice => ({
  container: 'gguf',
  quantization: null,
  files: [{ path, bytes: 10 }],
  bytes: 10,
  missing,
});
const offer = (...choices: ModelChoice[]): Offer => ({
  title: 'Stick',
  isRepository: false,
  models: choices.map((one) => ({ name: one.files[0]!.path, choices: [one] })),
  sourceOf: (_, { files }) => ({ kind: 'url', url: files[0]!.path }),
});

/** A library that has `kept`, and answers each addition by its name. */
function library(answers: Record<string, LibraryEntry | null | Error>, kept: readonly LibraryEntry[] = []) {
  const asked: string[] = [];
  return {
    asked,
    entries: kept,
    add: ({ summary }: Addition) => {
      asked.push(summary.name);
      const answer = answers[summary.name]!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

it('tells what is new, what was here, and what is refused and why', async () => {
  const refusal = new EngineError('HashMismatch', { what: 'The file arrived damaged' });
  const partial = entry('p', { state: 'partial' });
  const page = library({ a: entry('new'), b: entry('kept'), c: refusal, e: entry('p') }, [entry('kept'), partial]);
  const importing = new ImportAll(
    offer(choice('a'), choice('b'), choice('c'), choice('d', ['d-00002-of-00002.gguf']), choice('e')),
  );
  await importing.run(page);
  expect(importing.taken?.map(({ name, fate }) => [name, fate])).toEqual([
    ['a', 'new'],
    ['b', 'here'],
    ['c', 'refused'],
    ['d', 'refused'],
    ['e', 'new'],
  ]);
  expect(importing.taken?.[2]?.reason).toEqual({ text: 'The file arrived damaged.', isEnglish: true });
  expect(importing.taken?.[3]?.reason?.text).toContain('missing');
  expect(page.asked).toEqual(['a', 'b', 'c', 'e']);
  expect(importing.running).toBe(false);
});

it.each([
  ['it is stopped', null, ['new', 'left', 'left']],
  [
    'the worker dies',
    new EngineError('WorkerFailed', { what: 'The library stopped working' }),
    ['new', 'refused', 'left'],
  ],
])('leaves out the rest where %s', async (_, answer, fates) => {
  const page = library({ a: entry('a'), b: answer, c: entry('c') });
  const importing = new ImportAll(offer(choice('a'), choice('b'), choice('c')));
  await importing.run(page);
  expect(importing.taken?.map(({ fate }) => fate)).toEqual(fates);
  expect(page.asked).toEqual(['a', 'b']);
});

it('is one for an offer, whoever asks', () => {
  const one = offer(choice('a'), choice('b'));
  expect(importOf(one)).toBe(importOf(one));
  expect(importOf(one).count).toBe(2);
});
