/** With what the page was opened: files, what another app shared with it, or one of the app's own shortcuts. */
import type { PickedFile } from './picked-files.ts';

/** What the installed app was opened with, as Chromium's Web App Launch Handler API gives it. */
export interface Launch {
  readonly targetURL?: string;
  /** Where the system opened files with it (`file_handlers` of the manifest). */
  readonly files?: readonly FileSystemFileHandle[];
}

/** The files that the system opened with the app. Rejects where one cannot be read any more. */
export function launchedFiles(handles: readonly FileSystemFileHandle[]): Promise<PickedFile[]> {
  return Promise.all(handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile() })));
}

/** What was shared, as the beginning of a message; `null` if nothing was. */
export function sharedText(url: URL): string | null {
  const parts = ['title', 'text', 'url'].flatMap((name) => {
    const value = url.searchParams.get(name)?.trim() ?? '';
    return value === '' ? [] : [value];
  });
  // Some apps give the address as the text too.
  const distinct = parts.filter((part, index) => parts.indexOf(part) === index);
  return distinct.length === 0 ? null : distinct.join('\n');
}

/** Whether the app's shortcut to a new chat opened the page. */
export function asksForNewChat(url: URL): boolean {
  return url.hash === '#/new';
}

/**
 * The address without what it was opened with, so that a reload does not bring it again. It is whole, for a path that begins
 * with two slashes would by itself be another host.
 */
export function plainAddress(url: URL): string {
  const plain = new URL(url);
  plain.search = '';
  if (asksForNewChat(url)) plain.hash = '';
  return plain.href;
}
