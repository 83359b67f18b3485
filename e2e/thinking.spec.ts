/** A model that thinks before it answers: the thought is apart from the answer, and can be switched off. */
import { scriptedModel } from '../tools/testing/scripted-model.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';
import { expect, type ModelUpload, type Person, test, upload } from './site.ts';

/** Long enough to be seen while it streams. */
const THOUGHT = Array.from({ length: 440 }, (_, index) => `▁${index + 1}`);
const TEMPLATE =
  '{% for m in messages %}<|{{ m.role }}|>~{{ m.content }}<|end|>{% endfor %}' +
  '{% if add_generation_prompt %}<|assistant|>' +
  '{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{% endif %}';

function thinkingModel(): ModelUpload {
  const script = ['<|assistant|>', '<think>', '<0x0A>', ...THOUGHT, '</think>', '▁Hello', '▁there', '!', '<|end|>'];
  const model = scriptedModel({ name: 'Thinker', script, userDefined: ['<think>', '</think>'], template: TEMPLATE });
  return upload('thinker.gguf', writeGguf(model));
}

function thought(person: Person) {
  return person.page.locator('details').filter({ has: person.page.locator('summary', { hasText: 'Thinking' }) });
}

test('a thought streams apart, folds when the answer comes, and is no part of it', async ({
  site,
  person,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(site.url).origin });
  await person.open(site.url);
  await person.load(thinkingModel());
  await expect(person.status).toHaveText('Thinker is ready.');
  await expect(person.page.getByText('It has a custom chat template')).toBeVisible();
  await person.send('Hi');
  await expect(thought(person)).toHaveAttribute('open');
  await expect(person.status).toHaveText('Thinker is thinking.');
  await expect(person.answers.last()).toHaveText('');
  await person.expectEngine('ready');

  await expect(person.answers).toHaveText('Hello there!');
  await expect(thought(person)).not.toHaveAttribute('open');
  await expect(thought(person).locator('summary')).toHaveText(/^Thinking · [\d.]+ s · 44\d tokens$/);
  await person.page.getByText('Thinking ·').click();
  await expect(thought(person).locator('p')).toHaveText(THOUGHT.map((token) => token.slice(1)).join(' '));
  await person.button('Copy').last().click();
  await expect
    .poll(async () => (await person.page.evaluate(() => navigator.clipboard.readText())).trim())
    .toBe('Hello there!');

  // The thought is more than 400 tokens: the next prompt leaves it out.
  expect(await person.ask('And then?')).toBe('Hello there!');
  const figures = await person.page
    .getByText(/prompt tokens reused/)
    .last()
    .innerText();
  expect(Number(/of (\d+) prompt tokens/.exec(figures)![1])).toBeLessThan(100);

  await person.reload();
  await expect(person.answers).toHaveText(['Hello there!', 'Hello there!']);
  await expect(thought(person)).toHaveCount(2);
  await expect(thought(person).last()).not.toHaveAttribute('open');
});

test('thinking can be switched off where the template has a switch, and a custom template can be read', async ({
  site,
  person,
}) => {
  const dialog = person.page.getByRole('dialog');
  const box = dialog.getByRole('checkbox', { name: 'Think before answering' });
  await person.open(site.url);
  await person.openSettings();
  await expect(dialog.getByLabel('Temperature')).toBeVisible();
  await expect(box).toHaveCount(0);
  await person.page.keyboard.press('Escape');

  await person.load(thinkingModel());
  await person.openSettings();
  await expect(box).toBeChecked();
  await box.uncheck();
  await expect(dialog.getByText('Custom', { exact: true })).toBeVisible();
  await dialog.getByText('The template itself').click();
  await expect(dialog.locator('pre')).toHaveText(TEMPLATE);
  await person.page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  expect(await person.ask('Hi')).toBe('Hello there!');
  await expect(thought(person)).toHaveCount(0);
});
