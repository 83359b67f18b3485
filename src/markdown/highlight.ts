/** Code → coloured tokens, for the languages that are common. Imported when the first code is shown, for it is large. */
import { common, createLowlight } from 'lowlight';

/** Text, or a stretch of tokens of one kind. */
export type Token = string | { readonly kind: string; readonly tokens: readonly Token[] };

type Tree = ReturnType<ReturnType<typeof createLowlight>['highlight']>;

const lowlight = createLowlight(common);

/** The tokens of `code`, whose texts joined are `code`; `null` where the language is not known. */
export function highlight(code: string, language: string): Token[] | null {
  return lowlight.registered(language)
    ? lowlight.highlight(language, code, { prefix: '' }).children.flatMap(toToken)
    : null;
}

function toToken(node: Tree['children'][number]): Token[] {
  if (node.type === 'text') return [node.value];
  if (node.type !== 'element') return [];
  const names = node.properties['className'];
  // A grammar's own names, such as `title` with `function_` for what it is a title of: the first says the colour.
  const kind = Array.isArray(names) ? String(names[0]) : '';
  return [{ kind, tokens: node.children.flatMap(toToken) }];
}
