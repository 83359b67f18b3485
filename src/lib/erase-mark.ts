/** That everything is to be deleted: it is marked and every tab reloads, for what is open cannot be deleted. `erase.ts` does it. */

/** Under which the mark lies in localStorage. */
export const ERASING_MARK = 'freehold.erasing';
/** Over which tabs are told to reload. */
export const ERASING_CHANNEL = 'freehold-erase';

/** Whether everything is to be deleted now. */
export function isErasing(): boolean {
  try {
    return localStorage.getItem(ERASING_MARK) !== null;
  } catch {
    return false;
  }
}

/** Reloads this tab when another begins. */
export function reloadToErase(): void {
  new BroadcastChannel(ERASING_CHANNEL).onmessage = () => {
    location.reload();
  };
}
