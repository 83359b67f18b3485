/** The built site on a server of this machine, in a subfolder, and a person who uses it by its accessible names. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect, type Locator, type Page, type Worker } from '@playwright/test';
import { type ServedFolder, serveFolder } from '../tools/servers/static-server.ts';
import { randomModel, type RandomModelOptions } from '../tools/testing/random-model.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';

const ROOT = join(import.meta.dirname, '..');
const SHARED_MODELS = join(ROOT, '../shared/models');

/** What `<html data-engine>` may say. */
export type EngineState = 'unavailable' | 'none' | 'downloading' | 'loading' | 'ready' | 'generating';

/** A model file as Playwright's file chooser takes it. */
export interface ModelUpload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** One of llama.cpp's answers to a plain prompt, greedily. */
export interface ExpectedAnswer {
  readonly prompt: string;
  readonly text: string;
  readonly prompt_tokens: readonly number[];
  readonly tokens: readonly number[];
  /** At each position, the ten likeliest ids and their natural log-probabilities. */
  readonly top10: readonly { readonly ids: readonly number[]; readonly logprobs: readonly number[] }[];
}

/** The trained test model and what llama.cpp says with it, or `null` where the shared folder is not here. */
export function trainedModel(): { upload: ModelUpload; answers: readonly ExpectedAnswer[] } | null {
  const path = join(SHARED_MODELS, 'stories260K.gguf');
  if (!existsSync(path)) return null;
  const expected = JSON.parse(readFileSync(join(SHARED_MODELS, 'expected.json'), 'utf8')) as Record<
    string,
    ExpectedAnswer[]
  >;
  return { upload: upload('stories260K.gguf', readFileSync(path)), answers: expected['stories260K.gguf']! };
}

/** A file to pick. */
export function upload(name: string, bytes: Uint8Array): ModelUpload {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
}

/** A small model that writes noise and never ends its turn by itself; it has a chat template. */
export function noiseModel(name: string, options: RandomModelOptions = {}): ModelUpload {
  const sizes = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2 };
  return upload(`${name}.gguf`, writeGguf(randomModel({ name, ...sizes, ...options })));
}

/** The worker of the page that runs one of the site's own modules, once it is there. */
export async function workerOf(page: Page, name: 'engine' | 'library'): Promise<Worker> {
  const find = async (): Promise<Worker | null> => {
    for (const worker of page.workers()) {
      const modules = await worker
        .evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name))
        // One that has ended meanwhile is not it.
        .catch(() => []);
      if (modules.some((url) => url.includes(`/${name}.worker-`))) return worker;
    }
    return null;
  };
  let found: Worker | null = null;
  await expect.poll(async () => (found = await find()) !== null, `a worker of the ${name}`).toBe(true);
  return found!;
}

/** Has the page find a conversation that it kept, with these answers. Before the page is opened, or before a reload. */
export async function keepAnswers(page: Page, ...answers: readonly string[]): Promise<void> {
  const turns = answers.flatMap((content, index) => [
    { id: 2 * index + 1, role: 'user', content: 'Go on', stats: null },
    { id: 2 * index + 2, role: 'assistant', content, stats: null },
  ]);
  await page.addInitScript((kept) => localStorage.setItem('freehold.conversation', kept), JSON.stringify(turns));
}

/** Someone at the page. */
export class Person {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  get alert(): Locator {
    return this.page.getByRole('alert');
  }
  get status(): Locator {
    return this.page.getByRole('status');
  }
  get answers(): Locator {
    return this.page.getByRole('article', { name: 'Assistant' });
  }
  /** The latest answer as it is kept: word for word, where the page shows its Markdown. It is written once a second. */
  keptAnswer(): Promise<string> {
    return this.page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('freehold-chats');
        request.onsuccess = () => {
          resolve(request.result);
        };
        request.onerror = () => {
          reject(new Error('no chats'));
        };
      });
      const request = database.transaction('messages').objectStore('messages').getAll();
      const messages = await new Promise<{ role: string; content: string; createdAt: number }[]>((resolve) => {
        request.onsuccess = () => {
          resolve(request.result as { role: string; content: string; createdAt: number }[]);
        };
      });
      database.close();
      const answers = messages.filter(({ role }) => role === 'assistant').sort((a, b) => a.createdAt - b.createdAt);
      return answers.at(-1)?.content ?? '';
    });
  }

  /** Loads the page again once what it has begun to write of chats is written, which a reload in the same moment would end. */
  async reload(): Promise<void> {
    await this.page.evaluate(async () => {
      const settled = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error('IndexedDB refused the test'));
        });
      const database = await settled(indexedDB.open('freehold-chats'));
      // It waits for every write that was begun before.
      const last = database.transaction(database.objectStoreNames, 'readwrite');
      await settled(last.objectStore('chats').count());
      database.close();
    });
    await this.page.reload();
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async expectEngine(...states: EngineState[]): Promise<void> {
    await expect(this.page.locator('html')).toHaveAttribute('data-engine', new RegExp(`^(${states.join('|')})$`));
  }

  /** Does something that changes what the engine does, and waits for a state after it; one from before is not taken for it. */
  async expectEngineAfter(act: () => Promise<unknown>, ...states: EngineState[]): Promise<void> {
    const since = await this.page.evaluateHandle(() => {
      const since = { changed: false };
      const note = () => (since.changed = true);
      new MutationObserver(note).observe(document.documentElement, { attributeFilter: ['data-engine'] });
      return since;
    });
    await act();
    await expect.poll(() => since.evaluate(({ changed }) => changed)).toBe(true);
    await this.expectEngine(...states);
  }

  /** Opens the page and waits until it knows whether there is a graphics processor. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.status).not.toHaveText('Looking for a graphics processor.');
  }

  pick(...files: ModelUpload[]): Promise<void> {
    return this.page.getByLabel('Open a model file').setInputFiles(files);
  }

  /** Types an address or a repository and looks it up. */
  async lookUp(address: string): Promise<void> {
    // Enter, not the button: that lies below the edge of the view, and in about one run of fifty on a software renderer a
    // click right after scrolling to it meets the frame from before.
    const field = this.page.getByLabel('Or from the web');
    await field.fill(address);
    await expect(this.button('Look it up')).toBeEnabled();
    await field.press('Enter');
  }

  /** Has repositories come from a hub on this machine. Before the page is opened. */
  async useHub(endpoint: string): Promise<void> {
    const mirror = JSON.stringify({ kind: 'hub', address: endpoint });
    await this.page.addInitScript((kept) => localStorage.setItem('freehold.mirror', kept), mirror);
  }

  /** Picks a model, loads it and waits until it is ready. */
  async load(file: ModelUpload): Promise<void> {
    await this.pick(file);
    await this.loadChosen();
  }

  /** Loads the model that was chosen and waits until it is ready; one that was ready before is not taken for it. */
  async loadChosen(): Promise<void> {
    await this.expectEngineAfter(() => this.button('Load').click(), 'ready');
  }

  /** Closes the panel that is open. That is a step back in the history, which takes a moment: a reload in between undoes it. */
  async closePanel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
    await expect(this.page).not.toHaveURL(/#\/[a-z]/u);
  }

  /** Sets numbers in the settings, by their labels, for those for whom the panel opens. */
  async set(settings: Record<string, string>): Promise<void> {
    await this.openSettings();
    for (const [label, value] of Object.entries(settings)) {
      const field = this.page.getByRole('dialog').getByLabel(label);
      await field.fill(value);
      await field.blur();
    }
    await this.closePanel();
  }

  /** Opens the settings with all there are. */
  async openSettings(): Promise<Locator> {
    await this.button('Settings').click();
    const dialog = this.page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByRole('radio', { name: 'Everything' }).check();
    return dialog;
  }

  /** Sends a message without waiting for the answer. */
  async send(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.button('Send').click();
  }

  /** Sends a message; the whole answer as the page shows it. */
  async ask(text: string): Promise<string> {
    const before = await this.answers.count();
    await this.send(text);
    await expect(this.answers).toHaveCount(before + 1);
    await this.expectEngine('ready');
    return this.answers.last().innerText();
  }
}

/** Playwright's test with the site served for each test, and a person at its page. */
export const test = base.extend<{ site: ServedFolder; person: Person }>({
  site: async ({}, use) => {
    const site = await serveFolder({ root: join(ROOT, 'dist'), basePath: '/some/where/freehold/' });
    await use(site);
    await site.close();
  },
  person: async ({ page }, use) => {
    await use(new Person(page));
  },
});

export { expect };

/** Drops files on the page, as from a desktop; their names may be anything. */
export async function drop(page: Page, files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  const encoded = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const);
  await page.evaluate((files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, base64] of files) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  }, encoded);
}
