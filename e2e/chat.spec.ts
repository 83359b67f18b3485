/** Open a model, read what it is, load it, talk, stop, go on. */
import { expect, noiseModel, type Person, test, trainedModel } from './site.ts';

const trained = trainedModel();
if (!trained) console.warn('SKIPPED: ../shared/models is not here, no text is compared with llama.cpp in the page.');

test('a file tells what it is before it is loaded, and then answers as llama.cpp does', async ({ site, person }) => {
  const model = trained?.upload ?? noiseModel('Noise');
  await person.open(site.url);
  await person.expectEngine('none');
  const states = await person.page.evaluateHandle(() => {
    const seen: string[] = [];
    const page = document.documentElement;
    // As a person could see it: once a frame's work is done, not between two steps of it.
    const note = () => {
      const state = page.dataset['engine'] ?? '';
      if (state !== seen.at(-1)) seen.push(state);
    };
    new MutationObserver(() => setTimeout(note)).observe(page, { attributeFilter: ['data-engine'] });
    return seen;
  });
  await person.pick(model);
  const card = person.page.locator('main');
  await expect(card.getByRole('heading', { name: trained ? 'stories260K' : 'Noise' })).toBeVisible();
  await expect(card.getByText('llama', { exact: true })).toBeVisible();
  await expect(card.getByText('F32', { exact: true })).toBeVisible();
  if (trained) await expect(card.getByText('1.1 MB').first()).toBeVisible();
  await person.loadChosen();
  await expect.poll(() => states.jsonValue()).toEqual(['downloading', 'loading', 'ready']);
  await expect(person.status).toContainText('is ready');

  await person.set({ Temperature: '0', 'Longest answer': '32' });
  for (const { prompt, text } of trained?.answers ?? [{ prompt: 'Hello', text: null }]) {
    const answer = await person.ask(prompt);
    if (text === null) expect(answer).not.toBe('');
    // A model of SentencePiece's kind begins with a space, which the page does not show.
    else expect(answer).toBe(text.trimStart());
    await person.button('New chat').click();
    await expect(person.answers).toHaveCount(0);
  }
});

/** Presses Stop and waits for the end of the answer; how long it took the page from the press on, in milliseconds. */
async function stop(person: Person): Promise<number> {
  const ended = await person.page.evaluateHandle(() => {
    const page = document.documentElement;
    const ended: { afterMs: number | null } = { afterMs: null };
    const begin = () => {
      const pressedAt = performance.now();
      new MutationObserver((_, observer) => {
        if (page.dataset['engine'] !== 'ready') return;
        ended.afterMs = performance.now() - pressedAt;
        observer.disconnect();
      }).observe(page, { attributeFilter: ['data-engine'] });
    };
    addEventListener('click', begin, { capture: true, once: true });
    return ended;
  });
  await person.button('Stop').click();
  await expect.poll(() => ended.evaluate(({ afterMs }) => afterMs)).not.toBeNull();
  return ended.evaluate(({ afterMs }) => afterMs!);
}

test('text streams, and Stop ends it at once', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise', { contextLength: 8192 }));
  await person.send('Tell me a very long story');
  await person.expectEngine('generating');
  const length = async (): Promise<number> => (await person.answers.last().innerText()).length;
  await expect.poll(length).toBeGreaterThan(5);
  const early = await length();
  await expect.poll(length).toBeGreaterThan(early);
  expect(await stop(person)).toBeLessThan(3000);
  const end = await length();
  await person.page.waitForTimeout(500);
  expect(await length()).toBe(end);
  await expect(person.button('Send')).toBeVisible();
});

test('Stop ends a long prompt while it is being read', async ({ site, person }) => {
  await person.open(site.url);
  await person.set({ 'Context length': '16384' });
  await person.load(noiseModel('Noise', { contextLength: 16_384, layers: 4 }));
  await person.send('the cat and the hat '.repeat(700));
  await expect(person.page.getByText(/Reading: [1-9][\d,]* of/)).toBeVisible();
  expect(await stop(person)).toBeLessThan(5000);
  await expect(person.page.getByText('stopped before the first word')).toBeVisible();
});

test('a follow-up remembers the conversation and reads only what is new', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.set({ Temperature: '0', 'Longest answer': '12' });
  await person.ask('Hello');
  await person.ask('And then?');
  const figures = await person.page.getByText(/prompt tokens reused/).allInnerTexts();
  const [first, second] = figures.map((text) => /(\d+) of (\d+) prompt tokens reused/.exec(text)!.slice(1).map(Number));
  expect(first![0]).toBe(0);
  // The first prompt and its answer are there, apart from the last token, which was chosen and never run.
  expect(second![0]).toBeGreaterThanOrEqual(first![1]! + 12 - 1);
  expect(second![0]).toBeLessThan(second![1]!);

  await person.button('Regenerate').last().click();
  await person.expectEngine('ready');
  await expect(person.page.getByText(/prompt tokens reused/).last()).toContainText(
    `${second![1]! - 1} of ${second![1]} prompt tokens reused`,
  );
  await expect(person.page.getByRole('log', { name: 'Conversation' }).getByRole('article')).toHaveCount(4);
});

test('the same seed gives the same answer', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.set({ Temperature: '1', 'Longest answer': '20', Seed: '7' });
  const first = await person.ask('Hello');
  await person.button('New chat').click();
  expect(await person.ask('Hello')).toBe(first);
  await person.set({ Seed: '8' });
  await person.button('New chat').click();
  expect(await person.ask('Hello')).not.toBe(first);
});
