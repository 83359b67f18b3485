/** The files that a person attaches to the message being written: read one after another, each on its own way. */
import { m } from '../paraglide/messages.js';
import type { Attachment } from '../attachments/attachment.ts';
import { cleanName } from '../attachments/file-name.ts';
import { PASTE_LIMIT, pasted } from '../attachments/pasted.ts';
import type { readAttachment } from '../attachments/read-attachment.ts';

/** More files than this do not go into one message. */
export const MOST_FILES = 20;

/** How far a file is. */
export type AttachmentProgress =
  /** `pages` of a PDF that has begun. */
  | { readonly phase: 'reading'; readonly pages: { readonly done: number; readonly all: number } | null }
  | { readonly phase: 'ready'; readonly attachment: Attachment }
  /** `message`: why, and what to do, as sentences, in the language that is spoken when they are shown. */
  | { readonly phase: 'failed'; readonly message: () => string };

/** One attached file. */
export type AttachmentItem = AttachmentProgress & {
  /** Unique for as long as the page is open. */
  readonly id: number;
  /** Cleaned, as `Attachment.name`. */
  readonly name: string;
  /** Size of the file. */
  readonly bytes: number;
};

let lastId = 0;

/** Attachments of a message that was sent, as items to show. */
export function readyItems(attachments: readonly Attachment[]): AttachmentItem[] {
  return attachments.map((attachment) => readyItem(attachment));
}

/** The attachments as state. */
export class AttachmentsState {
  /** In the order in which they were added. */
  items = $state.raw<readonly AttachmentItem[]>([]);

  readonly #read: typeof readAttachment;
  /** Ends the reading of an item, by its id. */
  readonly #controllers: Record<number, AbortController | undefined> = {};
  #queue: Promise<void> = Promise.resolve();

  constructor(read: typeof readAttachment = readWhenNeeded) {
    this.#read = read;
  }

  /** What a message would take along now. */
  get ready(): Attachment[] {
    return this.items.flatMap((item) => (item.phase === 'ready' ? [item.attachment] : []));
  }

  get isReading(): boolean {
    return this.items.some(({ phase }) => phase === 'reading');
  }

  /** Shows files that were attached before the page went away, as failed: their text is gone with it. */
  mourn(names: readonly string[]): void {
    const lost = names.map((name) => ({
      id: ++lastId,
      name: cleanName(name),
      bytes: 0,
      phase: 'failed' as const,
      message: m.composer_lost_file,
    }));
    this.items = [...this.items, ...lost];
  }

  /** Takes over what was attached to another message. */
  take(items: readonly AttachmentItem[]): void {
    this.items = [...this.items, ...items];
  }

  /** Adds files and reads them; resolves once all are ready, failed or removed. A failure is in its item, never thrown. */
  async add(files: Iterable<File>): Promise<void> {
    const work = Array.from(files, (file) => {
      const id = ++lastId;
      const base = { id, name: cleanName(file.name), bytes: file.size };
      if (this.items.length >= MOST_FILES) {
        // One item says it for all the rest.
        if (this.items.length === MOST_FILES) {
          const message = () => m.composer_too_many_files({ most: MOST_FILES });
          this.items = [...this.items, { ...base, phase: 'failed', message }];
        }
        return null;
      }
      this.items = [...this.items, { ...base, phase: 'reading', pages: null }];
      const controller = new AbortController();
      this.#controllers[id] = controller;
      // One at a time: each PDF file takes a worker of its own.
      this.#queue = this.#queue.then(() => this.#readItem(id, file, controller.signal));
      return this.#queue;
    });
    await Promise.all(work);
  }

  /** Takes a paste of more than `limit` characters as an attachment; `false` where it is short and belongs into the text. */
  addPaste(text: string, limit: number = PASTE_LIMIT): boolean {
    const attachment = pasted(text, limit);
    if (attachment === null || this.items.length >= MOST_FILES) return false;
    this.items = [...this.items, readyItem(attachment)];
    return true;
  }

  /** Takes an item away; its reading ends. */
  remove(id: number): void {
    this.#controllers[id]?.abort();
    this.items = this.items.filter((item) => item.id !== id);
  }

  /** Takes all items away, as after they were sent. */
  clear(): void {
    for (const { id } of this.items) this.remove(id);
  }

  async #readItem(id: number, file: File, signal: AbortSignal): Promise<void> {
    try {
      const onPage = (done: number, all: number) => {
        this.#change(id, { phase: 'reading', pages: { done, all } });
      };
      signal.throwIfAborted();
      this.#change(id, { phase: 'ready', attachment: await this.#read(file, { signal, onPage }) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) this.#change(id, { phase: 'failed', message: () => message });
    } finally {
      this.#controllers[id] = undefined;
    }
  }

  #change(id: number, progress: AttachmentProgress): void {
    this.items = this.items.map((item) => {
      return item.id === id ? { id, name: item.name, bytes: item.bytes, ...progress } : item;
    });
  }
}

function readyItem(attachment: Attachment): AttachmentItem {
  return { id: ++lastId, name: attachment.name, bytes: attachment.bytes, phase: 'ready', attachment };
}

/** What reads files comes with the first one. */
async function readWhenNeeded(...asked: Parameters<typeof readAttachment>): ReturnType<typeof readAttachment> {
  const { readAttachment } = await import('../attachments/read-attachment.ts');
  return readAttachment(...asked);
}
