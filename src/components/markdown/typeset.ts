/** TeX → elements, by KaTeX with its fonts from our own site. Imported when the first maths is shown, for it is large. */
import katex from 'katex';
import 'katex/dist/katex.min.css';

/** Longer maths stays source: what takes a second to set is no formula. */
const MAX_LENGTH = 10_000;

/**
 * Puts `tex` into `element` as maths. Returns whether that worked. Nothing in `tex` can make a link, load anything, name a
 * class or a style (`trust: false`), expand without end, or be larger than 20 em. What KaTeX does not know it shows as source.
 */
export function typeset(element: HTMLElement, tex: string, display: boolean): boolean {
  if (tex.length > MAX_LENGTH) return false;
  try {
    katex.render(tex, element, {
      displayMode: display,
      throwOnError: false,
      trust: false,
      strict: 'ignore',
      maxExpand: 500,
      maxSize: 20,
      errorColor: 'var(--danger)',
    });
    return true;
  } catch {
    element.textContent = '';
    return false;
  }
}
