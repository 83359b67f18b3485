/** Which panel is open, as a hash route: a link can open it, the back button closes it, and any folder can serve it. */

const PANELS = ['chats', 'commands', 'keys', 'library', 'settings', 'privacy', 'data', 'ember', 'benchmark'] as const;

/** A panel over the conversation. */
export type Panel = (typeof PANELS)[number];

/** The open panel in a hash such as `#/library`; `null` for `#/` and anything else. */
export function panelOf(hash: string): Panel | null {
  return PANELS.find((panel) => hash === `#/${panel}`) ?? null;
}

/** The route as state. */
export class Route {
  panel = $state<Panel | null>(null);
  /** Whether this page put the open panel into the history, so that going back closes it. */
  #pushed = false;
  /** A step back takes a moment, and what is put into the history before would be lost with it. */
  #goingBack = false;

  /** Follows the address from now on. */
  start(): void {
    this.panel = panelOf(location.hash);
    addEventListener('hashchange', () => {
      const shown = panelOf(location.hash);
      // Told late of a panel that the step back is about to leave.
      if (this.#goingBack && shown !== null) return;
      const opened = this.#goingBack ? this.panel : null;
      this.#goingBack = false;
      if (opened !== null) {
        this.panel = null;
        this.open(opened);
        return;
      }
      this.panel = shown;
      if (shown === null) this.#pushed = false;
    });
  }

  /** Opens a panel. */
  open(panel: Panel): void {
    if (this.panel === panel) return;
    if (!this.#goingBack) {
      this.#pushed = this.panel === null;
      location.hash = `#/${panel}`;
    }
    this.panel = panel;
  }

  /** Closes the panel that is open. */
  close(): void {
    if (this.panel === null) return;
    this.panel = null;
    if (this.#goingBack) return;
    this.#goingBack = this.#pushed;
    if (this.#pushed) history.back();
    else location.replace('#/');
    this.#pushed = false;
  }
}
