/** Which panel is open, as a hash route: a link can open it, the back button closes it, and any folder can serve it. */

const PANELS = ['library', 'settings', 'privacy', 'ember'] as const;

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

  /** Follows the address from now on. */
  start(): void {
    this.panel = panelOf(location.hash);
    addEventListener('hashchange', () => {
      this.panel = panelOf(location.hash);
      if (this.panel === null) this.#pushed = false;
    });
  }

  /** Opens a panel. */
  open(panel: Panel): void {
    if (this.panel === panel) return;
    this.#pushed = this.panel === null;
    location.hash = `#/${panel}`;
    this.panel = panel;
  }

  /** Closes the panel that is open. */
  close(): void {
    if (this.panel === null) return;
    this.panel = null;
    if (this.#pushed) history.back();
    else location.replace('#/');
    this.#pushed = false;
  }
}
