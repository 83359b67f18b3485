/**
 * The site's tray of attached files in a page of its own, which never ships: files can be dropped anywhere, and a test can
 * read what a file becomes. Built with the site's configuration, so its policy and its service worker are the site's.
 */
/// <reference types="vite-plugin-pwa/vanillajs" />
import { mount } from 'svelte';
import { registerSW } from 'virtual:pwa-register';
import '../../../src/app.css';
import { connectPdf } from '../../../src/engine/connect-pdf.ts';
import { readAttachment } from '../../../src/attachments/read-attachment.ts';
import { withAttachments } from '../../../src/attachments/with-attachments.ts';
import AttachmentTray from '../../../src/components/AttachmentTray.svelte';
import { AttachmentsState, readyItems } from '../../../src/state/attachments.svelte.ts';

const attachments = new AttachmentsState();
const target = document.getElementById('app')!;

mount(AttachmentTray, {
  target,
  props: {
    get items() {
      return attachments.items;
    },
    onremove: (id: number) => {
      attachments.remove(id);
    },
  },
});
addEventListener('dragover', (event) => {
  event.preventDefault();
});
addEventListener('drop', (event) => {
  event.preventDefault();
  void attachments.add(event.dataTransfer?.files ?? []);
});
registerSW({});

/** What a test may call. */
const harness = {
  /** The text that a file becomes, or its error as `CODE: message`. */
  async read(name: string, base64: string): Promise<string> {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return readAttachment(new File([bytes], name)).then(
      ({ text }) => text,
      (error: unknown) => String(error),
    );
  },
  /** Whether the worker that reads PDF files was refused a fetch when it started. */
  async isSealed(): Promise<boolean> {
    const link = await connectPdf(() => undefined);
    link.end();
    return link.sealed;
  },
  /** The content of a message with these words. */
  message: (words: string) => withAttachments(words, attachments.ready),
  /** Shows the attachments as those of a message that was sent. */
  send() {
    const items = readyItems(attachments.ready);
    attachments.clear();
    mount(AttachmentTray, { target, props: { items } });
  },
};

/** How the test reaches them. */
export type AttachmentsHarness = typeof harness;

Object.assign(globalThis, { harness });
