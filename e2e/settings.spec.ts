/** Settings: three levels, for all chats or for one; presets that can be kept elsewhere; what a context costs; thinking effort. */
import { readFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { scriptedModel } from '../tools/testing/scripted-model.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';
import { expect, noiseModel, type Person, test, upload } from './site.ts';

/** Its last token says how hard to think: the script goes on from there. */
const TEMPLATE =
  '{% for m in messages %}<|{{ m.role }}|>~{{ m.content }}<|end|>{% endfor %}' +
  "{% if add_generation_prompt %}<|assistant|>{% if reasoning_effort == 'high' %}<|deep|>{% endif %}{% endif %}";

const dialog = (person: Person): Locator => person.page.getByRole('dialog', { name: 'Settings' });
const level = (person: Person, name: string): Locator => dialog(person).getByRole('radio', { name });

/** Opens the settings for this chat, or for all. */
async function openFor(person: Person, whom: 'For all chats' | 'For this chat'): Promise<Locator> {
  const settings = await person.openSettings();
  await settings.getByRole('radio', { name: whom }).check();
  return settings;
}

async function choose(person: Person, item: string): Promise<void> {
  await dialog(person).getByRole('button', { name: 'More about presets' }).click();
  await dialog(person).getByRole('button', { name: item, exact: true }).click();
}

/** The JSON that choosing a menu item saves. */
async function saved(person: Person, item: string): Promise<{ name: string; text: string }> {
  const download = person.page.waitForEvent('download');
  await choose(person, item);
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

test('a level shows its settings and is remembered', async ({ site, person }) => {
  await person.open(site.url);
  await person.button('Settings').click();
  const settings = dialog(person);
  await expect(level(person, 'Simple')).toBeChecked();
  for (const label of ['System prompt', 'How free', 'Temperature', 'Longest answer'])
    await expect(settings.getByLabel(label, { exact: true })).toBeVisible();
  await expect(settings.getByLabel('Top-p')).toHaveCount(0);
  await level(person, 'More').check();
  for (const label of ['Top-p', 'Min-p', 'Top-k', 'Repetition penalty', 'Seed', 'Context length', 'Long pastes'])
    await expect(settings.getByLabel(label, { exact: true })).toBeVisible();
  await expect(settings.getByLabel('Penalty window')).toHaveCount(0);
  await settings.getByRole('radio', { name: 'Larger' }).check();
  await person.closePanel();
  await person.page.reload();
  await expect(person.page.locator('html')).toHaveCSS('font-size', '20px');
  await person.button('Settings').click();
  await expect(level(person, 'More')).toBeChecked();
  await level(person, 'Everything').check();
  for (const label of ['Frequency penalty', 'Presence penalty', 'Penalty window', 'Stop at'])
    await expect(settings.getByLabel(label, { exact: true })).toBeVisible();

  // The arrow keys of a slider and the number say the same.
  await settings.getByLabel('How free').focus();
  await person.page.keyboard.press('Home');
  await expect(settings.getByLabel('Temperature')).toHaveValue('0');
  await expect(settings.getByText('Always the likeliest word.')).toBeVisible();
  await person.button('Back to the defaults').click();
  await expect(settings.getByLabel('Temperature')).toHaveValue('');
  await person.button('Undo').click();
  await expect(settings.getByLabel('Temperature')).toHaveValue('0');
});

test('a preset holds in its chat alone, and one value can be put back', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.set({ Temperature: '0', 'Longest answer': '4' });
  const first = await person.ask('One');
  await person.button('New chat').click();
  // Also for a chat that is not begun.
  let settings = await openFor(person, 'For this chat');
  await settings.getByLabel('Preset', { exact: true }).selectOption('Precise');
  await expect(settings.getByLabel('System prompt')).toHaveValue(/^Answer exactly/);
  await expect(settings.getByText('From the preset “Precise”.').first()).toBeVisible();
  await settings.getByLabel('Longest answer').fill('7');
  await settings.getByLabel('Longest answer').blur();
  await expect(settings.getByText('Only in this chat')).toHaveCount(1);
  await person.closePanel();
  await person.ask('One');
  await expect(person.page.getByText(/· 7 tokens ·/)).toBeVisible();
  await person.page.reload();
  await person.expectEngine('ready');

  await person.button('Settings').click();
  settings = dialog(person);
  await expect(settings.getByRole('radio', { name: 'For this chat' })).toBeChecked();
  await expect(settings.getByLabel('Preset', { exact: true })).toHaveValue('built-in-precise');
  await settings.getByRole('button', { name: /^As for all chats.*Longest answer/ }).click();
  await expect(settings.getByLabel('Longest answer')).toHaveValue('4');
  await expect(settings.getByText('Only in this chat')).toHaveCount(0);
  await person.closePanel();

  // The other chat answers as before: nothing of this was for it.
  await person.page
    .getByRole('navigation', { name: 'Chats' })
    .getByRole('listitem')
    .last()
    .getByRole('button')
    .first()
    .click();
  await expect(person.answers).toHaveText(first);
  await person.button('New chat').click();
  expect(await person.ask('One')).toBe(first);
  await person.button('Settings').click();
  await expect(dialog(person).getByRole('radio', { name: 'For all chats' })).toBeChecked();
  await expect(dialog(person).getByLabel('System prompt')).toHaveValue('');
});

test('presets are kept, named, exported, deleted with a way back, and imported', async ({ site, person }) => {
  await person.open(site.url);
  await person.set({ Temperature: '0.3', Seed: '11' });
  const settings = await person.openSettings();
  const presets = settings.getByLabel('Preset', { exact: true });
  await choose(person, 'Keep what is set now as a preset');
  const name = settings.getByRole('textbox', { name: 'Name of the preset' });
  await expect(settings.getByText('It will set: temperature 0.3 and seed 11.')).toBeVisible();
  await name.fill('Night work');
  await name.press('Enter');
  await expect(presets.locator('option:checked')).toHaveText('Night work');

  const file = await saved(person, 'Export “Night work”');
  expect(file.name).toBe('Night work.presets.json');
  expect(JSON.parse(file.text)).toEqual({
    format: 'freehold-presets',
    version: 1,
    presets: [{ name: 'Night work', settings: { temperature: 0.3, seed: 11 } }],
  });

  await choose(person, 'Rename');
  await name.fill('Day work');
  await name.press('Enter');
  await expect(presets.locator('option:checked')).toHaveText('Day work');
  await choose(person, 'Delete “Day work”');
  await expect(presets.locator('option', { hasText: 'Day work' })).toHaveCount(0);
  await person.button('Undo').click();
  await expect(presets.locator('option', { hasText: 'Day work' })).toHaveCount(1);

  const input = settings.locator('input[type=file]');
  const json = (text: string) => ({ name: 'p.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await input.setInputFiles(json(file.text));
  await expect(settings.getByText('Imported: “Night work”.')).toBeVisible();
  await input.setInputFiles(json(file.text.replace('"seed"', '"sead"')));
  await expect(settings.getByText('“Night work” sets "sead", which this page does not know.')).toBeVisible();

  await person.closePanel();
  await person.page.reload();
  await person.openSettings();
  await expect(presets.locator('option')).toHaveText([
    'Look at one',
    'Precise',
    'Free',
    'Brief',
    'Day work',
    'Night work',
  ]);
  await presets.selectOption('Free');
  await person.button('Set all chats to this').click();
  await expect(settings.getByLabel('Temperature')).toHaveValue('1.1');
  await person.button('Undo').click();
  await expect(settings.getByLabel('Temperature')).toHaveValue('0.3');
});

test('a context length says what it costs as it is typed', async ({ site, person }) => {
  await person.open(site.url);
  let settings = await person.openSettings();
  await expect(settings.getByText('Load a model to see what it costs in memory.')).toBeVisible();
  await person.closePanel();
  await person.load(noiseModel('Noise', { contextLength: 16_384 }));
  settings = await person.openSettings();
  const bytes = async (tokens: string): Promise<number> => {
    const text = await settings.getByText(`${tokens} tokens need`).innerText();
    const [, number, unit] = /need ([\d.,]+) ([kM]?B)/.exec(text)!;
    return Number(number) * { B: 1, kB: 1e3, MB: 1e6 }[unit as 'B' | 'kB' | 'MB'];
  };
  const now = await bytes('Now: 4,096');
  expect(now).toBeGreaterThan(0);
  const field = settings.getByLabel('Context length');
  await field.pressSequentially('8192');
  expect((await bytes('8,192')) / now).toBeCloseTo(2, 1);
  await field.fill('100000');
  await expect(settings.getByText('Noise was trained for no more.')).toBeVisible();
  await field.fill('8192');
  await field.blur();
  await person.expectEngineAfter(() => person.button('Apply to this model now').click(), 'ready');
  await person.openSettings();
  await expect(person.button('Apply to this model now')).toHaveCount(0);
  await expect(settings.getByText('8,192 tokens need')).toBeVisible();
});

test('thinking effort is offered where the template takes it; Ctrl+Enter sends where that is wished', async ({
  site,
  person,
}) => {
  const script = ['<|deep|>', '▁Deep', '<|assistant|>', '▁answer', '<|end|>'];
  const model = scriptedModel({ name: 'Effort', script, userDefined: ['<|deep|>'], template: TEMPLATE });
  await person.open(site.url);
  await person.load(upload('effort.gguf', writeGguf(model)));
  const settings = await person.openSettings();
  const effort = settings.getByLabel('Thinking effort');
  await expect(effort.locator('option')).toHaveText(['As the model has it', 'High']);
  await person.closePanel();
  expect(await person.ask('Hi')).toBe('answer');
  await person.openSettings();
  await effort.selectOption('High');
  await person.closePanel();
  expect(await person.ask('Hi')).toContain('Deep');
  await person.button('More about this answer').last().click();
  await person.button('About this answer').last().click();
  await expect(person.page.getByRole('dialog').getByText('high', { exact: true })).toBeVisible();
  await person.closePanel();

  const message = person.page.getByRole('textbox', { name: 'Message' });
  await person.openSettings();
  await settings.getByRole('radio', { name: 'Ctrl+Enter' }).check();
  await person.closePanel();
  await message.fill('One');
  await message.press('Enter');
  await expect(message).toHaveValue('One\n');
  await message.press('Control+Enter');
  await expect(person.answers).toHaveCount(3);
});
