import { describe, expect, it } from 'vitest';
import type { Attachment } from '../attachments/attachment.ts';
import type { readAttachment } from '../attachments/read-attachment.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { AttachmentsState, MOST_FILES, readyItems } from './attachments.svelte.ts';

const attachment = (name: string): Attachment => ({
  name,
  kind: 'text',
  text: `text of ${name}`,
  bytes: 3,
  warnings: [],
});
const file = (name: string) => new File(['abc'], name);
const read: typeof readAttachment = ({ name }) =>
  name.startsWith('bad')
    ? Promise.reject(new EngineError('FileUnsupported', { what: 'This is a picture' }))
    : Promise.resolve(attachment(name));

describe('AttachmentsState', () => {
  it('reads files one after another, in their order', async () => {
    const running: string[] = [];
    const state = new AttachmentsState(async (each) => {
      running.push(`+${each.name}`);
      await Promise.resolve();
      running.push(`-${each.name}`);
      return attachment(each.name);
    });
    const done = state.add([file('a'), file('b\u0007')]);
    expect(state.isReading).toBe(true);
    expect(state.items.map(({ name, bytes, phase }) => [name, bytes, phase])).toEqual([
      ['a', 3, 'reading'],
      ['b', 3, 'reading'],
    ]);
    await done;
    expect(running).toEqual(['+a', '-a', '+b\u0007', '-b\u0007']);
    expect(state.isReading).toBe(false);
    expect(state.ready.map(({ text }) => text)).toEqual(['text of a', 'text of b\u0007']);
  });

  it('keeps a failure as an item of its own', async () => {
    const state = new AttachmentsState(read);
    await state.add([file('bad.png'), file('good.txt')]);
    const [failed] = state.items;
    expect(failed?.phase === 'failed' && failed.message()).toBe('This is a picture.');
    expect(state.ready).toEqual([attachment('good.txt')]);
  });

  it('shows the pages of a PDF as they are read', async () => {
    const seen: unknown[] = [];
    const state = new AttachmentsState((each, { onPage } = {}) => {
      onPage?.(2, 9);
      seen.push(state.items[0]);
      return Promise.resolve(attachment(each.name));
    });
    await state.add([file('a.pdf')]);
    expect(seen).toEqual([expect.objectContaining({ phase: 'reading', pages: { done: 2, all: 9 } })]);
  });

  it('ends the reading of what is removed, and of all when cleared', async () => {
    const aborted: string[] = [];
    const begun: string[] = [];
    const state = new AttachmentsState((each, { signal } = {}) => {
      begun.push(each.name);
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          aborted.push(each.name);
          reject(signal.reason as Error);
        });
      });
    });
    const done = state.add([file('a'), file('b'), file('c')]);
    await new Promise((resolve) => setTimeout(resolve));
    state.remove(state.items[1]!.id);
    state.remove(state.items[0]!.id);
    expect(state.items.map(({ name }) => name)).toEqual(['c']);
    await new Promise((resolve) => setTimeout(resolve));
    state.clear();
    await done;
    expect(state.items).toEqual([]);
    expect([begun, aborted]).toEqual([
      ['a', 'c'],
      ['a', 'c'],
    ]);
  });

  it('takes a long paste, and leaves a short one to the text', () => {
    const state = new AttachmentsState(read);
    expect(state.addPaste('short')).toBe(false);
    expect(state.addPaste('longer than five', 5)).toBe(true);
    expect(state.addPaste('never'.repeat(9999), 0)).toBe(false);
    expect(state.items).toMatchObject([{ phase: 'ready', name: 'Pasted text: longer than five', bytes: 16 }]);
  });

  it('takes no more files than fit, and says so once', async () => {
    const state = new AttachmentsState(read);
    await state.add(Array.from({ length: MOST_FILES + 9 }, (_, index) => file(`${index}.txt`)));
    expect(state.ready).toHaveLength(MOST_FILES);
    expect(state.items).toHaveLength(MOST_FILES + 1);
    expect(state.items.at(-1)).toMatchObject({ phase: 'failed', name: '20.txt' });
    expect(state.addPaste('x'.repeat(9), 5)).toBe(false);
  });

  it('shows attachments that were sent', () => {
    const items = readyItems([attachment('a'), attachment('b')]);
    expect(items.map(({ name, phase }) => [name, phase])).toEqual([
      ['a', 'ready'],
      ['b', 'ready'],
    ]);
    expect(items[0]!.id).not.toBe(items[1]!.id);
  });
});
