/**
 * Text that shows what it is. A stranger's text in a name or a sentence may turn the direction of what stands around it, or
 * hide in no width at all, and so pose as another name, or as the page’s own words.
 */

/**
 * Control characters, line ends, marks that turn the direction of text (Unicode's Bidi_Control), characters without width
 * except the two joiners, which scripts need, tags, and halves of characters.
 */
const HIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Cs}/gu;

/** The text without what cannot be seen; tabs and the line ends of keyboards stay. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, '');
}

/** The same on one line, with no more than one space at a place and none at its ends; may be empty. */
export function visibleLine(text: string): string {
  return visibleText(text.replace(/[\v\f\u2028\u2029]+/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}
