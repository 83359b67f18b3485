/** The graphics process dies in the middle of an answer: the first time it goes on, the second time the page says so. */
import { expect, noiseModel, test } from './site.ts';

test('a lost graphics device costs nothing once, and keeps the text the second time', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise', { contextLength: 8192 }));
  const devtools = await person.page.context().browser()!.newBrowserCDPSession();
  const shown = async (): Promise<string> => person.answers.last().innerText();
  const grown = async (): Promise<string> => {
    const before = (await shown()).length;
    await expect.poll(async () => (await shown()).length).toBeGreaterThan(before + 20);
    return shown();
  };

  await person.send('Tell me a very long story');
  await person.expectEngine('generating');
  const early = await grown();
  await devtools.send('Browser.crashGpuProcess');
  await expect.poll(async () => (await shown()).length).toBeGreaterThan(early.length + 200);
  await person.expectEngine('generating');
  const recovered = await shown();
  expect(recovered.startsWith(early.trimEnd())).toBe(true);
  await expect(person.alert).toHaveCount(0);

  await devtools.send('Browser.crashGpuProcess');
  await expect(person.alert).toContainText('The graphics device was lost');
  expect((await shown()).startsWith(recovered.trimEnd())).toBe(true);
  await person.expectEngine('none', 'unavailable', 'ready');
});
