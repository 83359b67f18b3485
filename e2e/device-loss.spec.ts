/** The graphics process dies in the middle of an answer: the first time it goes on, the second time the page says so. */
import { expect, noiseModel, test } from './site.ts';

test('a lost graphics device costs nothing once, and keeps the text the second time', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise', { contextLength: 8192 }));
  const devtools = await person.page.context().browser()!.newBrowserCDPSession();
  const grown = async (characters: number): Promise<string> => {
    const { length } = await person.keptAnswer();
    await expect.poll(async () => (await person.keptAnswer()).length).toBeGreaterThan(length + characters);
    return person.keptAnswer();
  };

  await person.send('Tell me a very long story');
  await person.expectEngine('generating');
  const early = await grown(20);
  await devtools.send('Browser.crashGpuProcess');
  // By then all that came before the loss is kept: what grows after it is new.
  await person.page.waitForTimeout(2000);
  const recovered = await grown(200);
  await person.expectEngine('generating');
  expect(recovered.startsWith(early)).toBe(true);
  await expect(person.alert).toHaveCount(0);

  await devtools.send('Browser.crashGpuProcess');
  await expect(person.alert).toContainText('The graphics device was lost');
  expect((await person.keptAnswer()).startsWith(recovered)).toBe(true);
  await person.expectEngine('none', 'unavailable', 'ready');
});
