/** Every screen of the page can be used by everyone. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatGptConversation, llamaConversation } from '../src/chats/import/testing/foreign.ts';
import { serveFolder } from '../tools/servers/static-server.ts';
import { look } from './screens.ts';
import { expect, keepAnswers, noiseModel, type Person, test, upload } from './site.ts';

const MARKDOWN = readFileSync(join(import.meta.dirname, 'markdown-answer.txt'), 'utf8');
const PASSPHRASE = 'correct horse battery';
const CHATS = upload('conversations.json', Buffer.from(JSON.stringify([chatGptConversation()])));
const MORE_CHATS = upload('llama.json', Buffer.from(JSON.stringify(llamaConversation())));

test.describe.configure({ timeout: 300_000 });

/** Looks at what a press of keys opens, and closes it. */
async function lookAt(person: Person, keys: string, state: string): Promise<void> {
  await person.page.keyboard.press(keys);
  await expect(person.page.getByRole('dialog')).toBeVisible();
  await look(person.page, state);
  await person.closePanel();
}

test('before a model is loaded', async ({ site, person }) => {
  const { page } = person;
  await page.addInitScript(() => localStorage.setItem('freehold.answers', '5'));
  await person.open(site.url);
  await look(page, 'first');
  await page.evaluate(() => {
    dispatchEvent(Object.assign(new Event('beforeinstallprompt'), { prompt: () => Promise.resolve() }));
  });
  await expect(person.button('Install')).toBeVisible();
  await look(page, 'install');
  await person.button('No, thanks').click();

  await person.pick(upload('letter.gguf', Buffer.from('no model at all, but a letter '.repeat(9))));
  await expect(person.alert).toBeVisible();
  await look(page, 'alert');
  await person.button('Dismiss').click();
  await person.pick(noiseModel('Noise', { embedding: 128, feedForward: 320 }));
  await expect(person.button('Load')).toBeVisible();
  await look(page, 'candidate');
  await person.button('Cancel').click();
  const part = upload('Parts-Q8_0-00001-of-00002.gguf', new Uint8Array(9));
  await person.pick(noiseModel('Fine-Q4_0'), noiseModel('Fine-Q4_K_M'), part);
  await expect(person.button('Choose')).toBeVisible();
  await look(page, 'choice');
  await person.button('Cancel').click();
  await page.getByText('Where do I get one?').click();
  await person.lookUp('not an address');
  await look(page, 'wrong-address');

  await person.button('What is Ember?').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'ember');
  await person.closePanel();
  await lookAt(person, 'Control+Shift+l', 'library-empty');
  await lookAt(person, 'Control+k', 'palette');
  await lookAt(person, '?', 'keys');
  await page.getByRole('button', { name: /^Nothing you type/ }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'privacy');
  await person.closePanel();
});

test('where no model can run, and a new version is there', async ({ person }) => {
  const { page } = person;
  const root = mkdtempSync(join(tmpdir(), 'freehold-'));
  cpSync(join(import.meta.dirname, '../dist'), root, { recursive: true });
  const engine = readdirSync(join(root, 'assets')).find((name) => name.startsWith('engine.worker'))!;
  const prepend = (path: string, text: string) => {
    writeFileSync(path, text + readFileSync(path, 'utf8'));
  };
  prepend(join(root, 'assets', engine), 'delete WorkerNavigator.prototype.gpu;\n');
  const site = await serveFolder({ root });
  try {
    await person.open(site.url);
    await person.expectEngine('unavailable');
    await look(page, 'no-gpu');
    await person.pick(noiseModel('Kept'));
    await expect(person.button('Keep for later')).toBeVisible();
    await look(page, 'no-gpu-candidate');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    prepend(join(root, 'sw.js'), '// a newer version\n');
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update();
    });
    await expect(person.button('Update now')).toBeVisible();
    await look(page, 'update');
  } finally {
    await site.close();
    rmSync(root, { recursive: true });
  }
});

test('conversations and all that is kept', async ({ site, person }) => {
  const { page } = person;
  const chats = page.getByRole('navigation', { name: 'Chats' });
  const data = page.getByRole('dialog', { name: 'Your data' });
  const menu = page.locator(':popover-open');
  await keepAnswers(page, MARKDOWN);
  await person.open(site.url);
  await expect(person.answers.locator('.katex').first()).toBeVisible();
  await expect(person.answers.locator('pre .keyword').first()).toBeVisible();
  await look(page, 'conversation');
  await person.answers.getByRole('link').first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'link');
  await person.closePanel();
  await person.button('More about this answer').click();
  await expect(menu.getByRole('button')).not.toHaveCount(0);
  await look(page, 'answer-menu');
  await menu.getByRole('button', { name: 'Show the source' }).click();
  await look(page, 'source', { onPhone: false });
  await person.button('Edit').click();
  await look(page, 'edit');
  await page.getByLabel('Your words').fill('Go on, please');
  await person.button('Only save').click();
  await expect(page.getByLabel('question 2 of 2')).toBeVisible();
  await look(page, 'branch');
  await page.keyboard.press('Control+Shift+d');
  // Who is at the offer has as long as they want.
  await person.button('Undo').focus();
  await look(page, 'undo');
  await person.button('Undo').click();

  await chats.getByRole('button', { name: 'Your data' }).click();
  await look(page, 'data');
  await data.getByLabel('Import a file').setInputFiles(CHATS);
  await expect(data.getByText('One chat is new here')).toBeVisible();
  await data.getByLabel('Import a file').setInputFiles(MORE_CHATS);
  await expect(data.getByText('llama.json')).toBeVisible();
  await look(page, 'imported');
  await data.getByLabel('Import a file').setInputFiles(upload('note.txt', Buffer.from('no chats')));
  await expect(data.getByRole('alert')).toBeVisible();
  await look(page, 'import-failed', { onPhone: false });
  await person.closePanel();
  await chats.getByRole('button', { name: 'Cheese', exact: true }).click();
  await page.getByText(/^Thinking/).click();
  await look(page, 'thinking');

  await chats.getByRole('button', { name: 'More about “Cheese”' }).click();
  await expect(menu.getByRole('button')).not.toHaveCount(0);
  await look(page, 'chat-menu', { onPhone: false });
  await menu.getByRole('button', { name: 'Folder…' }).click();
  await look(page, 'chat-folder-menu', { onPhone: false });
  await menu.getByRole('button', { name: 'New folder…' }).click();
  await look(page, 'folder-name', { onPhone: false });
  await page.keyboard.type('Kitchen');
  await page.keyboard.press('Enter');
  await chats.getByRole('button', { name: /^Kitchen/ }).click();
  await look(page, 'folder', { onPhone: false });
  await page.getByRole('searchbox').fill('boat');
  await expect(chats.getByRole('list', { name: 'Found' }).getByRole('listitem')).not.toHaveCount(0);
  await look(page, 'found', { onPhone: false });
  await page.getByRole('searchbox').fill('zebra');
  await expect(page.getByText('No chat has these words.')).toBeVisible();
  await look(page, 'nothing-found', { onPhone: false });
  await page.getByRole('searchbox').fill('');
  await page.setViewportSize({ width: 390, height: 844 });
  await person.button('Chats').click();
  await expect(page.getByRole('dialog', { name: 'Chats' })).toBeVisible();
  await look(page, 'chats');
  await person.closePanel();

  await chats.getByRole('button', { name: 'Your data' }).click();
  await data.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await data.getByLabel('The same again').fill('another one');
  await look(page, 'vault-create');
  await data.getByLabel('The same again').fill(PASSPHRASE);
  await person.button('Encrypt my chats').click();
  await expect(data.getByText('Your chats are encrypted now.')).toBeVisible();
  await data.getByText('Change the passphrase').click();
  await data.getByRole('button', { name: 'Stop encrypting' }).click();
  await look(page, 'vault-open');
  await data.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('heading', { name: 'Your chats are locked' })).toBeVisible();
  await page.getByLabel('Passphrase').fill('incorrect horse');
  await page.keyboard.press('Enter');
  await expect(page.getByText('That is not the passphrase. Try again.')).toBeVisible();
  await page.getByText('The passphrase is lost').click();
  await look(page, 'locked');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Your data');
  await page.keyboard.press('Enter');
  await person.button('Delete everything…').click();
  await look(page, 'delete-everything');
  await person.button('Yes, delete everything').click();
  await expect(page.getByRole('heading', { name: 'Everything is deleted' })).toBeVisible();
  await look(page, 'erased');
});

test('with a model', async ({ site, person }) => {
  const { page } = person;
  const dialog = page.getByRole('dialog');
  const message = page.getByRole('textbox', { name: 'Message' });
  await person.open(site.url);
  await person.button('Start Ember').click();
  await person.expectEngine('loading');
  await look(page, 'loading', { onPhone: false });
  await person.expectEngine('ready');
  await look(page, 'ready');
  await person.set({ Temperature: '0' });
  await person.ask('What is Freehold?');
  await person.ask('Why does it matter to own an AI model?');
  await person.ask('Why is the sky blue?');
  await look(page, 'chat');

  await person.button('New chat').click();
  await person.load(noiseModel('Noise', { contextLength: 512 }));
  await person.set({ 'Longest answer': '400' });
  await person.send('Tell me a very long story.');
  await expect(person.answers.last()).not.toBeEmpty();
  await look(page, 'answering', { onPhone: false });
  await page.keyboard.press('Escape');
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '6' });
  await person.button('New chat').click();

  const clip = page.getByLabel('Attach files');
  await clip.setInputFiles([
    upload('figures.csv', Buffer.from('name,age\nAnn,5\n')),
    upload('photo.png', Buffer.from('\x89PNG', 'latin1')),
  ]);
  await message.fill(`a${'!'.repeat(90)}`);
  await expect(page.locator('form').getByText('This is a picture.')).toBeVisible();
  await look(page, 'attached');
  await person.button('Send').click();
  await expect(person.answers).toHaveCount(1);
  await person.expectEngine('ready');
  await look(page, 'sent-attachments', { onPhone: false });
  await person.button('More about this answer').click();
  await person.button('Look at its words').click();
  await person.answers.locator('[aria-pressed=false]').first().click();
  await expect(page.getByRole('table')).toBeVisible();
  await look(page, 'words');
  await person.button('Done').click();
  await person.button('More about this answer').click();
  await person.button('About this answer').click();
  await expect(dialog).toBeVisible();
  await look(page, 'about-answer');
  await person.closePanel();

  await person.ask(`b${'!'.repeat(110)}`);
  await message.fill('/');
  await look(page, 'slash');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await look(page, 'prompts');
  await person.closePanel();
  await message.fill(`c${'!'.repeat(280)}`);
  await expect(page.getByRole('button', { name: /^Leave out/ })).toBeVisible();
  await look(page, 'limit');
  await person.button('Compact …').click();
  // In so short a context it ends by itself, too soon for a person to end it.
  await expect(person.button('Use this summary')).toBeEnabled();
  await look(page, 'summary');
  await person.button('Cancel').click();
  await page.getByRole('button', { name: /^Context \d/ }).click();
  await expect(dialog).toBeVisible();
  await look(page, 'context');
  await dialog.getByRole('button', { name: /^Leave out/ }).click();
  await expect(page.getByRole('note')).toBeVisible();
  await expect(person.button('Send')).toBeEnabled();
  await look(page, 'left-out', { onPhone: false });

  await page.keyboard.press('Control+,');
  await dialog.getByRole('radio', { name: 'For this chat' }).check();
  await dialog.getByLabel('Preset', { exact: true }).selectOption('Precise');
  await dialog.getByLabel('Longest answer').fill('64');
  await dialog.getByLabel('Longest answer').blur();
  for (const level of ['Simple', 'More', 'Everything']) {
    await dialog.getByRole('radio', { name: level }).check();
    await look(page, `settings-${level.toLowerCase()}`);
  }
  await dialog.getByLabel('Top-p', { exact: false }).first().fill('7');
  await dialog.getByLabel('Top-p', { exact: false }).first().blur();
  await look(page, 'settings-wrong', { onPhone: false });
  await dialog.getByRole('button', { name: 'More about presets' }).click();
  await expect(page.locator(':popover-open').getByRole('button')).not.toHaveCount(0);
  await look(page, 'preset-menu');
  await page.keyboard.press('Escape');
  await person.closePanel();
  await page.keyboard.press('Control+Shift+l');
  await dialog.getByRole('button', { name: 'Delete Noise' }).click();
  await look(page, 'library');
});
