/** What of a part of the page is to be said: its words, a line for each block, without its controls and decoration. */

const UNSAID = 'button, input, [aria-hidden="true"]';
const INLINE = /^(?:a|b|bdi|code|del|em|i|mark|s|small|span|strong|sub|sup)$/i;

/** The words of an element; a formula is its TeX. */
export function spokenText(element: Element): string {
  return saidIn(element)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function saidIn(node: Node): string {
  if (node instanceof Text) return node.data;
  if (!(node instanceof Element) || node.matches(UNSAID)) return '';
  if (node.localName === 'br') return '\n';
  if (node.localName === 'math') return node.querySelector('annotation')?.textContent ?? node.textContent;
  const said = [...node.childNodes].map(saidIn).join('');
  return INLINE.test(node.localName) ? said : `\n${said}\n`;
}
