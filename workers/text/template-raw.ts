/**
 * Jinja's `{% raw %}` blocks, whose text is written as it is, for `@huggingface/jinja`, which does not know them: each becomes
 * an expression that is that text. White space at both tags goes as `trim_blocks` and `lstrip_blocks` have it.
 */

const OPENING = /\{[#{%]/g;
/** What follows an opening, to the end of the comment, expression or tag; the latter may hold their ends in texts. */
const REST: Readonly<Record<string, RegExp>> = {
  '{#': /[^]*?#\}/y,
  '{{': /(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[^"'])*?\}\}/y,
  '{%': /(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[^"'])*?%\}/y,
};
const BEGIN = /^\{%([-+]?)\s*raw\s*(-?)%\}$/;
const END = /\{%([-+]?)\s*endraw\s*(?:-%\}\s*|\+%\}|%\}\n?)/g;

/** Finds the next match from a place on; moves the place behind it. */
function find(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** What is left of the text before a tag with this sign; `startsLine`: nothing stands before it in its line. */
function beforeTag(text: string, sign: string | undefined, startsLine: boolean): string {
  if (sign === '-') return text.trimEnd();
  if (sign === '+') return text;
  const line = text.lastIndexOf('\n') + 1;
  return (line > 0 || startsLine) && text.slice(line).trim() === '' ? text.slice(0, line) : text;
}

function literal(text: string): string {
  return text === '' ? '' : `{{ "${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}" }}`;
}

/** The template without raw blocks. What has no end stays as it is, to be refused where the template is read. */
export function withoutRawBlocks(template: string): string {
  let result = '';
  let from = 0;
  const startsLine = (): boolean => from === 0 || template[from - 1] === '\n';
  for (let at = 0; ;) {
    const opening = find(OPENING, template, at);
    const rest = opening && find(REST[opening[0]]!, template, opening.index + 2);
    if (!rest) return result + template.slice(from);
    at = rest.index + rest[0].length;
    const begin = BEGIN.exec(opening[0] + rest[0]);
    if (!begin) continue;
    const end = find(END, template, at);
    if (!end) return result + template.slice(from);
    result += beforeTag(template.slice(from, opening.index), begin[1], startsLine());
    const inside = template.slice(at, end.index);
    result += literal(beforeTag(begin[2] === '-' ? inside.trimStart() : inside, end[1], false));
    from = at = end.index + end[0].length;
  }
}
