/**
 * The keyboard's place on the page is never nowhere: where the element that has it goes away, a neighbour takes it, or the
 * field where a person writes. Refuses to open a touch screen's keyboard, and leaves alone who has put the focus away.
 */

const MESSAGE_FIELD = '[data-message-field]';
const TABBABLE = ':is(a[href], button, input, select, textarea, summary, [tabindex="0"]):not(:disabled)';
/** What of the page is one thing to a person: its next control stands for one of it that is gone. */
const THING = 'section, form, fieldset, li, dialog, [data-panel-body]';
/** In these nothing is nearer than the message that is being written. */
const WIDE = 'main, nav, [role="log"]';
/** So long a control may be off while it works, and has the keyboard again after. */
const WORKING_MS = 500;

/** Whether a keyboard would come onto the screen for a field that is focused. */
export function hasVirtualKeyboard(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}

/** Brings the keyboard to where a person writes. */
export function toMessageField(): void {
  document.querySelector<HTMLElement>(MESSAGE_FIELD)?.focus();
}

/** Whether no element has the keyboard. */
export function isNowhere(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.matches(':disabled');
}

/** Brings a card that has just appeared into view and gives it the keyboard, unless a person is writing. For `{@attach}`. */
export function arrive(card: HTMLElement): void {
  const { activeElement } = document;
  card.scrollIntoView({ block: 'nearest' });
  if (!(activeElement instanceof HTMLTextAreaElement && activeElement.value !== '')) card.focus();
}

/** Watches the page until the function that it returns is called. */
export function keepPlace(): () => void {
  let last: HTMLElement | null = null;
  let around: readonly Element[] = [];
  let frame = 0;
  let offSince: number | null = null;
  let wasMoved = false;

  const note = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return;
    last = target;
    around = ancestors(target);
    offSince = null;
    wasMoved = false;
  };
  const look = () => {
    frame = 0;
    if (last === null || !isNowhere()) return;
    if (canHave(last)) {
      // Else a person has put the focus away, and it stays so.
      if (offSince !== null || wasMoved) last.focus();
      else last = null;
      return;
    }
    if (last.isConnected && last.matches(':disabled')) {
      offSince ??= performance.now();
      if (performance.now() - offSince < WORKING_MS) {
        soon();
        return;
      }
    }
    const next = neighbour(around) ?? document.querySelector<HTMLElement>(MESSAGE_FIELD);
    if (next !== null && !(hasVirtualKeyboard() && next.matches('input, textarea'))) next.focus();
  };
  const soon = () => {
    frame ||= requestAnimationFrame(look);
  };

  // A browser need not tell of a blur where an element is removed or switched off.
  const observer = new MutationObserver((records) => {
    // An element that is moved loses the keyboard too.
    wasMoved ||= records.some(({ removedNodes }) => [...removedNodes].some((node) => node.contains(last)));
    soon();
  });
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden', 'open'],
  });
  document.addEventListener('focusin', note);
  document.addEventListener('focusout', soon);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    document.removeEventListener('focusin', note);
    document.removeEventListener('focusout', soon);
  };
}

function ancestors(element: Element): Element[] {
  const { parentElement } = element;
  return parentElement === null ? [] : [parentElement, ...ancestors(parentElement)];
}

function canHave(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(':disabled') && element.checkVisibility();
}

/** The first control of the nearest thing that is left of where the keyboard was; `null` where there is none. */
function neighbour(around: readonly Element[]): HTMLElement | null {
  for (const place of around) {
    if (place.matches(WIDE)) return null;
    if (!place.isConnected || !place.matches(THING)) continue;
    const found = [...place.querySelectorAll<HTMLElement>(TABBABLE)].find(canHave);
    if (found !== undefined) return found;
  }
  return null;
}
