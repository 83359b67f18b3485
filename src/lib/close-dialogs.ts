/** Puts away what lies over the page, for something that is to be seen on it. */

/** Asks every open dialog to close, as the Escape key would. */
export function closeDialogs(): void {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.dispatchEvent(new Event('cancel'));
}
