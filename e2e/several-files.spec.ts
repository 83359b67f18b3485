/** Models of several files, from the disk and from a repository: picked together, as a folder, chosen among quantizations. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HubServer, startHub } from '../tools/servers/hub-server.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../tools/testing/folder-tokenizers.ts';
import { huggingFaceTwin, jsonFile } from '../tools/testing/hugging-face-twin.ts';
import { randomModel } from '../tools/testing/random-model.ts';
import { splitGguf } from '../tools/testing/split-gguf.ts';
import { expect, noiseModel, type Person, test, upload } from './site.ts';

const SIZES = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2 } as const;

/** A model in three parts, named as llama.cpp names them. */
function parts(name: string, options: Parameters<typeof randomModel>[0] = {}) {
  const files = splitGguf(randomModel({ name, ...SIZES, ...options }), 3);
  return files.map((bytes, index) => upload(`${name}-0000${index + 1}-of-00003.gguf`, bytes));
}

async function answers(person: Person): Promise<void> {
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '6' });
  expect(await person.ask('Hello')).not.toBe('');
}

test('parts picked together are one model, here for the next visit too', async ({ site, person }) => {
  const [first, second, third] = parts('Three parts');
  await person.open(site.url);
  await person.pick(first!, third!);
  await expect(person.page.getByText('Part 2 of 3 is missing.')).toBeVisible();
  await expect(person.page.getByText('Open all files of the model together')).toBeVisible();
  await expect(person.button('Choose')).toHaveCount(0);
  await person.button('Cancel').click();

  await person.pick(third!, upload('README.md', new TextEncoder().encode('# Hello')), first!, second!);
  await expect(person.page.getByRole('heading', { name: 'Three parts' })).toBeVisible();
  await expect(person.page.getByText('in 3 files')).toBeVisible();
  await expect(person.page.getByText('One other file is left out')).toBeVisible();
  await person.loadChosen();
  await person.page.reload();
  await answers(person);
});

test('a folder of safetensors opens; its weights alone say what else they take', async ({ site, person }) => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  try {
    const tokenizer = [
      jsonFile('tokenizer.json', SENTENCE_PIECE),
      jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
    ];
    const model = join(folder, 'Small-Model');
    mkdirSync(join(model, 'pictures'), { recursive: true });
    writeFileSync(join(model, 'pictures', 'cat.png'), 'a cat');
    for (const file of [...huggingFaceTwin(randomModel({ ...SIZES, type: 'F16' }), 2), ...tokenizer])
      writeFileSync(join(model, file.fileName), await file.read(0, file.byteLength));

    await person.open(site.url);
    await person.pick(upload('model.safetensors', new Uint8Array(100)));
    await expect(person.page.getByText('config.json and tokenizer.json are missing')).toBeVisible();
    await person.button('Cancel').click();

    await person.page.getByLabel('Open a folder').setInputFiles(model);
    await expect(person.page.getByRole('heading', { name: 'Small-Model' })).toBeVisible();
    await expect(person.page.getByText('One other file is left out')).toBeVisible();
    await person.button('Load').click();
    await answers(person);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('among quantizations one is chosen, by keyboard too', async ({ site, person }) => {
  const { page } = person;
  const files = (['Q4_0', 'Q8_0', 'F16'] as const).map((type) => noiseModel(`Fine-${type}`, { type }));
  await person.open(site.url);
  await person.pick(...files);
  await expect(person.status).toHaveText('There are 3 to choose from.');
  const group = page.getByRole('group', { name: 'Fine' });
  await expect(group.getByRole('radio')).toHaveCount(3);
  const proposed = group.getByRole('radio', { name: /^Q4_0 Good for most/ });
  await expect(proposed).toBeChecked();
  await proposed.focus();
  await page.keyboard.press('ArrowDown');
  await expect(group.getByRole('radio', { name: 'Q8_0' })).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Fine-Q8_0' })).toBeVisible();
  await person.button('Other choices').click();
  await group.getByText('F16').click();
  await person.button('Choose').click();
  await expect(page.getByRole('heading', { name: 'Fine-F16' })).toBeVisible();
  await person.button('Load').click();
  await answers(person);
});

test.describe('a repository', () => {
  const inParts = parts('Fine-F16', { type: 'F16' });
  let hub: HubServer;
  test.beforeEach(async ({ person }) => {
    const small = noiseModel('Fine-Q4_0', { type: 'Q4_0' });
    hub = await startHub({
      'someone/Fine-GGUF': {
        'README.md': new Uint8Array(5),
        [small.name]: small.buffer,
        ...Object.fromEntries(inParts.map(({ name, buffer }) => [`F16/${name}`, buffer])),
      },
      'someone/nothing': { 'README.md': new Uint8Array(5) },
    });
    await person.useHub(hub.endpoint);
  });
  test.afterEach(() => hub.close());

  test('offers its choices; all files of the chosen one come, past a cut connection', async ({ site, person }) => {
    await person.open(site.url);
    await person.lookUp('someone/nothing');
    await expect(person.alert).toContainText('no model that Freehold knows');
    await person.lookUp('https://huggingface.co/someone/Fine-GGUF');
    await expect(person.page.getByText('In the repository someone/Fine-GGUF')).toBeVisible();
    await person.page.getByRole('radio', { name: /^F16 3 files/ }).click();
    await person.button('Choose').click();
    await expect(person.page.getByText('in 3 files')).toBeVisible();
    const sentBefore = hub.sentBytes();
    const afterBytes = 9000;
    hub.fail({ kind: 'cut', afterBytes });
    hub.fail({ kind: 'status', status: 503 });
    await person.button('Load').click();
    await answers(person);
    // Each part twice: as a head, which is all of a file so small, and as what is kept; and what came before the cut.
    const bytes = inParts.reduce((sum, { buffer }) => sum + buffer.length, 0);
    expect(hub.sentBytes() - sentBefore).toBeLessThanOrEqual(2 * bytes + afterBytes);
    expect(hub.preflights()).toEqual([]);
  });
});
