/** Words that run from right to left, in a page that runs the other way, and a page that runs their way. */
import type { Locator } from '@playwright/test';
import { expect, keepAnswers, test } from './site.ts';

const ARABIC = `# البحر والملح

لماذا ماء البحر مالح؟ لأن الأنهار تحمل الأملاح.

- الأنهار تذيب الصخور
- npm start ثم انتظر

> البحر لا باب له.

| المكان | الملوحة |
| --- | --- |
| البحر الميت | 34 % |

\`\`\`python
def salt(water):  # في المئة
    return water
\`\`\`

An English paragraph in between.`;

/** How far the words of an element lie from its edges, in CSS pixels. */
const placeOf = (locator: Locator) =>
  locator.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const words = { left: Infinity, right: -Infinity };
    for (let text; (text = walker.nextNode()) !== null;) {
      if (text.textContent?.trim() === '') continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const { left, right } = range.getBoundingClientRect();
      words.left = Math.min(words.left, left);
      words.right = Math.max(words.right, right);
    }
    const box = element.getBoundingClientRect();
    return { left: words.left - box.left, right: box.right - words.right };
  });

test('an Arabic answer is laid out from the right, its code from the left', async ({ site, person }) => {
  await keepAnswers(person.page, ARABIC);
  await person.open(site.url);
  const answer = person.answers.last();
  await expect(answer.getByRole('heading')).toHaveText('البحر والملح');
  for (const block of [answer.getByRole('heading'), answer.locator('p').first(), answer.locator('li').first()]) {
    const { left, right } = await placeOf(block);
    expect(right).toBeLessThan(2);
    expect(left).toBeGreaterThan(50);
  }
  // Marks of a list stand in its padding, which is on the side where its words begin; an item that begins in Latin stays.
  const list = answer.getByRole('list');
  for (const item of await list.getByRole('listitem').all()) {
    expect(await item.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    expect((await placeOf(item)).right).toBeLessThan(2);
  }
  expect(await list.evaluate((element) => getComputedStyle(element).paddingRight)).not.toBe('0px');
  const quote = answer.locator('blockquote');
  expect(await quote.evaluate((element) => getComputedStyle(element).borderRightWidth)).toBe('3px');
  // The first column stands on the right.
  const [first, second] = await answer.getByRole('columnheader').all();
  expect((await first!.boundingBox())!.x).toBeGreaterThan((await second!.boundingBox())!.x);
  const code = answer.locator('pre');
  expect(await code.evaluate((element) => getComputedStyle(element).direction)).toBe('ltr');
  expect((await placeOf(code.locator('code'))).left).toBeLessThan(2);
  const english = await placeOf(answer.locator('p').last());
  expect(english.left).toBeLessThan(2);
});

test('where the page runs from right to left, all of it is mirrored', async ({ site, person }) => {
  const { page } = person;
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      document.documentElement.dir = 'rtl';
    });
  });
  await keepAnswers(page, ARABIC);
  await person.open(site.url);
  const middle = (await page.evaluate(() => innerWidth)) / 2;
  const centre = async (locator: Locator): Promise<number> => {
    const box = (await locator.boundingBox())!;
    return box.x + box.width / 2;
  };
  expect(await centre(page.getByRole('navigation', { name: 'Chats' }))).toBeGreaterThan(middle);
  expect(await centre(person.button('New chat'))).toBeLessThan(middle);
  const question = page.getByRole('article', { name: 'You' });
  expect(await centre(question)).toBeLessThan(await centre(person.answers.last()));
  expect(await centre(person.button('Send'))).toBeLessThan(
    await centre(page.getByRole('textbox', { name: 'Message' })),
  );
  // A menu opens beside its button, inside the window.
  const more = page.getByRole('button', { name: 'More about this answer' });
  await more.click();
  const menu = page.locator('[popover]:popover-open');
  // It is placed once its choices are drawn.
  await expect
    .poll(async () => Math.abs((await menu.boundingBox())!.x - (await more.boundingBox())!.x))
    .toBeLessThan(2);
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
    .toBeLessThanOrEqual(0);
});
