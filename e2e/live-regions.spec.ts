/** What is said to a person who hears the page: what goes on, once, in its order, and never an answer token by token. */
import { scriptedModel } from '../tools/testing/scripted-model.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';
import { Listener } from './live-regions.ts';
import { expect, type Person, test, upload } from './site.ts';

const TEMPLATE =
  '{% for m in messages %}<|{{ m.role }}|>~{{ m.content }}<|end|>{% endfor %}' +
  '{% if add_generation_prompt %}<|assistant|>{% endif %}';
/** Long enough to be seen while it streams; each word another one, as a script must be. */
const COUNT = Array.from({ length: 400 }, (_, index) => `▁${index + 1}`);
const SCRIPT = [
  '<|assistant|>',
  '▁Two',
  '▁things',
  ':',
  '<0x0A>',
  '-',
  '▁**tea**',
  '\n- ',
  '`cups`',
  '\n\n$$x^2$$\n\n',
];
const ANSWER = `Two things: tea cups x^2 ${COUNT.map((token) => token.slice(1)).join(' ')}`;
const CAUTIONS = [
  'It has a custom chat template, which the settings show.',
  'No graphics processor was found, so the main processor does its work, slowly.',
];

const talker = () =>
  upload(
    'talker.gguf',
    writeGguf(
      scriptedModel({ name: 'Talker', script: [...SCRIPT, ...COUNT, '<|end|>'], userDefined: [], template: TEMPLATE }),
    ),
  );

/** Waits until something is said last, and expects all that was. */
async function expectSaid(listener: Listener, ...texts: readonly (string | RegExp)[]): Promise<void> {
  const said: string[] = [];
  await expect
    .poll(async () => {
      said.push(...(await listener.heard()));
      return said.length;
    })
    .toBeGreaterThanOrEqual(texts.length);
  expect(said).toEqual(texts.map((text) => (typeof text === 'string' ? text : expect.stringMatching(text))));
}

async function stopAt(person: Person, text: string): Promise<void> {
  await person.send(text);
  // The answer in the making, and not the one before it, which has the same words.
  await expect(person.page.locator('article[aria-busy="true"]')).toContainText('things');
  await person.page.keyboard.press('Escape');
  await person.expectEngine('ready');
}

test('a model, its answers and what is done with them are said once, in their order', async ({
  site,
  person,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(site.url).origin });
  const { page } = person;
  const listener = await Listener.on(page);
  await person.open(site.url);
  await expectSaid(listener, 'No model is loaded.');
  await person.pick(upload('letter.gguf', Buffer.from('no model at all, but a letter '.repeat(9))));
  await expectSaid(
    listener,
    'Reading what it says of itself.',
    /^This file is not a model file/,
    'No model is loaded.',
  );
  await person.button('Dismiss').click();
  await person.load(talker());
  await expectSaid(
    listener,
    'Reading what it says of itself.',
    'Talker can be loaded.',
    'Copying Talker onto this device.',
    'Loading Talker.',
    'Talker is ready.',
    CAUTIONS.join(' '),
  );

  await person.send('Hello');
  const streaming = page.getByRole('article', { name: 'Assistant' }).and(page.locator('[aria-busy="true"]'));
  await expect(streaming).toContainText('things');
  expect(await streaming.evaluate((article) => article.closest('[aria-live]')?.getAttribute('aria-live'))).toBe('off');
  await person.expectEngine('ready');
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await expectSaid(listener, 'Talker is reading.', 'Talker is answering.', 'Talker is ready.', ANSWER);

  await person.button('Copy').last().click();
  await expectSaid(listener, 'Copied.');
  await stopAt(person, 'Once more');
  await expectSaid(listener, 'Talker is reading.', 'Talker is answering.', 'Talker is ready.', 'Stopped.');

  await person.button('New chat').click();
  await expect(person.answers).toHaveCount(0);
  await person.page.getByRole('navigation').getByRole('button', { name: 'Hello', exact: true }).click();
  await expect(person.answers).toHaveCount(2);
  // Not what is in it.
  await expectSaid(listener, '“Hello” is open.');
  await page.keyboard.press('Control+Shift+d');
  await expectSaid(listener, '“Hello” deleted Undo');
  await person.button('Undo').click();
  await expectSaid(listener, 'Brought back.');
  await person.page.getByRole('searchbox').fill('hello');
  await expectSaid(listener, 'One chat found.');
});
