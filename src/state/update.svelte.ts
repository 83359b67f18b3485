/** A new version of the page: found in the background, taken only on the person's word and never under an answer. */
/** What registering a service worker reports; vite-plugin-pwa's `registerSW` has this shape. */
export type RegisterServiceWorker = (options: {
  /** A new version waits. */
  onNeedRefresh: () => void;
  /** A new version has taken over, in this tab or by another's word. */
  onNeedReload: () => void;
  onRegisteredSW: (url: string, registration: ServiceWorkerRegistration | undefined) => void;
}) => () => Promise<void>;

/** `waiting`: a new version can be taken. `taken`: another tab took it, and this one should be opened anew. */
export type UpdatePhase = 'none' | 'waiting' | 'taken';

/** How often an open page looks for a new version. */
const LOOK_MS = 60 * 60 * 1000;

const RELOAD_ANYWAY_MS = 3000;

/** The update as state. */
export class UpdateState {
  phase = $state<UpdatePhase>('none');
  #asked = false;
  #take: () => void = () => undefined;

  /** Registers the service worker, where there are any. */
  start(register: RegisterServiceWorker): void {
    const take = register({
      onNeedRefresh: () => {
        this.phase = 'waiting';
      },
      onNeedReload: () => {
        if (this.#asked) location.reload();
        else this.phase = 'taken';
      },
      onRegisteredSW: (_url, registration) => {
        setInterval(() => {
          if (navigator.onLine) registration?.update().catch(() => undefined);
        }, LOOK_MS);
      },
    });
    this.#take = () => void take();
  }

  /** Takes the new version: this page opens anew. */
  accept(): void {
    if (this.phase === 'taken') {
      location.reload();
      return;
    }
    this.#asked = true;
    this.#take();
    // A page that no service worker controls yet hears of no change.
    setTimeout(() => {
      location.reload();
    }, RELOAD_ANYWAY_MS);
  }

  /** Not now; the next start of the page asks again. */
  later(): void {
    this.phase = 'none';
  }
}
