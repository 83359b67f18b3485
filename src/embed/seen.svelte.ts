/**
 * Whether a person can see this frame as it is: a page around it could lay something over it, make it transparent or cut a
 * button out of it, and so have a click meant for itself taken for one in here. Chromium tells a frame of that (Intersection
 * Observer, version 2); while it is not plainly seen, the frame takes no click and no key.
 */

/** The least that must be seen of it, in CSS pixels: enough to know it by. */
const [WIDTH_MIN, HEIGHT_MIN] = [240, 160];
/** So long it must have been seen before what is clicked counts: who clicks takes as long to see what is there. */
const SEEN_MS = 500;
/** The least that the browser allows between two looks. */
const LOOK_MS = 100;
/** What could be meant for the page around. */
const INPUTS = ['pointerdown', 'mousedown', 'click', 'auxclick', 'keydown', 'beforeinput', 'paste', 'drop'] as const;

/** Fields of version 2 that TypeScript's types do not have. */
interface SeenOptions extends IntersectionObserverInit {
  readonly trackVisibility: true;
  readonly delay: number;
}
type SeenEntry = IntersectionObserverEntry & { readonly isVisible: boolean };

/** What is seen of the frame, as state. */
export class Seen {
  /** Whether the frame has been plainly seen for a while. */
  now = $state(false);
  /** Whether input was refused since it last was: who sees it nevertheless is to know why nothing happens. */
  refused = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether this browser tells. */
  static get canTell(): boolean {
    return 'isVisible' in IntersectionObserverEntry.prototype;
  }

  /** Looks from now on, and refuses input while the frame is not seen. */
  start(): void {
    for (const name of INPUTS) addEventListener(name, this.#guard, { capture: true });
    const probe = document.createElement('div');
    probe.popover = 'manual';
    probe.dataset.seenProbe = '';
    document.body.append(probe);
    // What is in front in here, a dialog or a menu, covers nothing that a person should see: the probe goes before it.
    const toFront = (): void => {
      probe.hidePopover();
      probe.showPopover();
    };
    toFront();
    new MutationObserver(toFront).observe(document, { subtree: true, attributeFilter: ['open'] });
    addEventListener(
      'toggle',
      ({ target }) => {
        if (target !== probe) toFront();
      },
      { capture: true },
    );
    const options: SeenOptions = {
      trackVisibility: true,
      delay: LOOK_MS,
      threshold: Array.from({ length: 21 }, (_, step) => step / 20),
    };
    new IntersectionObserver((entries) => {
      this.#look(entries.at(-1) as SeenEntry);
    }, options).observe(probe);
  }

  #look({ isVisible, intersectionRect: { width, height } }: SeenEntry): void {
    clearTimeout(this.#timer);
    if (!isVisible || width < WIDTH_MIN || height < HEIGHT_MIN) {
      this.now = false;
      return;
    }
    if (this.now) return;
    this.#timer = setTimeout(() => {
      this.now = true;
      this.refused = false;
    }, SEEN_MS);
  }

  readonly #guard = (event: Event): void => {
    // Only a person's; what the page does by itself is its own.
    if (this.now || !event.isTrusted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => (this.refused = !this.now), 2 * SEEN_MS);
  };
}
