/** Shows a name from a file in an error message: short, and with nothing that could disguise the text around it. */

const SHOWN_CHARACTERS = 80;

/** Replaces control, direction and zero-width characters, which have no business in a name, by a visible mark. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** The name in quotes, cut to 80 characters. */
export function quoted(name: string): string {
  const shown = name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
  return `"${withoutControls(shown)}"`;
}
