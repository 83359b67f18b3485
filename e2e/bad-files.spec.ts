/** Files that cannot be used: each gives its message, and the library stays as it was. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomModel } from '../tools/testing/random-model.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';
import { expect, noiseModel, type Person, test, upload } from './site.ts';

const good = noiseModel('Good');
const { metadata, tensors } = randomModel({ layers: 1, embedding: 64, feedForward: 96, heads: 4 });
const bytesOf = (text: string) => new TextEncoder().encode(text);

const BAD = [
  { what: 'an empty file', file: upload('empty.gguf', new Uint8Array()) },
  { what: 'a text', file: upload('letter.gguf', bytesOf('Dear reader, this is no model.\n'.repeat(50))) },
  { what: 'a web page', file: upload('page.gguf', bytesOf('<!doctype html><title>Not found</title>'.repeat(50))) },
  { what: 'a file cut in its metadata', file: upload('short.gguf', good.buffer.subarray(0, 900)) },
  { what: 'a file cut in its weights', file: upload('cut.gguf', good.buffer.subarray(0, good.buffer.length - 9000)) },
  { what: 'a later format', file: upload('later.gguf', writeGguf({ version: 9, metadata, tensors })) },
  {
    what: 'an unknown architecture',
    file: upload('other.gguf', writeGguf({ metadata: { ...metadata, 'general.architecture': 'rnn-t' }, tensors })),
  },
  {
    what: 'a weight type that is not supported',
    file: upload(
      'f64.gguf',
      writeGguf({
        metadata,
        tensors: tensors.map((tensor) =>
          tensor.name === 'output.weight'
            ? { ...tensor, type: 28, shape: [509, 256], bytes: new Uint8Array(509 * 256 * 8) }
            : tensor,
        ),
      }),
    ),
  },
  { what: 'a missing tensor', file: upload('gap.gguf', writeGguf({ metadata, tensors: tensors.slice(1) })) },
];

/** Picks a file and presses Load where the page still offers that: a problem may show at either step. */
async function tryToLoad(person: Person, pick: () => Promise<void>): Promise<void> {
  await pick();
  const load = person.button('Load');
  await expect(person.alert.or(load).first()).toBeVisible();
  if (await load.isVisible()) await load.click();
  await expect(person.alert).toBeVisible();
}

test('a bad file gives its message, and the library stays as it was', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(good);
  const messages = new Set<string>();
  for (const { what, file } of BAD) {
    await test.step(what, async () => {
      await tryToLoad(person, () => person.pick(file));
      const message = await person.alert.innerText();
      expect(message.length).toBeGreaterThan(40);
      messages.add(message);
      await person.alert.getByRole('button', { name: 'Dismiss' }).click();
      await expect(person.alert).toHaveCount(0);
    });
  }
  expect(messages.size).toBeGreaterThanOrEqual(BAD.length - 2);

  await person.page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  await expect(person.page.getByRole('dialog').getByRole('listitem')).toHaveText([/Good/]);
  await person.page.keyboard.press('Escape');
  // Closing goes back in the history, which takes a moment; a reload in between would meet it halfway.
  await expect(person.page).not.toHaveURL(/#\/library/);
  await person.page.reload();
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '6' });
  expect(await person.ask('Still there?')).not.toBe('');
});

test('a model larger than this device can hold is refused before its bytes are copied', async ({ site, person }) => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  try {
    // Sparse: 512 GiB by its table and by its size, a few kilobytes on disk.
    const rows = 2 ** 38 / 256;
    const head = writeGguf({
      metadata,
      tensors: [
        ...tensors.filter(({ name }) => name !== 'output.weight'),
        { name: 'output.weight', type: 'F16', shape: [rows * 4, 256], bytes: new Uint8Array() },
      ],
    });
    const path = join(folder, 'huge.gguf');
    const file = openSync(path, 'w');
    writeSync(file, head);
    ftruncateSync(file, head.length + rows * 4 * 512);
    closeSync(file);
    await person.open(site.url);
    await tryToLoad(person, () => person.page.getByLabel('Open a model file').setInputFiles(path));
    await expect(person.alert).toContainText(/not enough (space|memory)|too large/i);
    await person.expectEngine('none');
    const { usage } = await person.page.evaluate(() => navigator.storage.estimate());
    expect(usage).toBeLessThan(20 * 2 ** 20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
