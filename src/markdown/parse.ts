/**
 * Text → mdast: CommonMark 0.31, GFM's tables, strikethrough, task lists, literal addresses and footnotes, and maths.
 * Knows nothing of streams. A piece of a longer text can be parsed by itself: labels that the rest defines are given, and
 * the labels that were asked for are reported, so that a caller knows when to parse again.
 * Only two tildes strike through: models write "~5 minutes", and two of those would cross out what is between them.
 */
import type { Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { mathsTree } from './maths-tree.ts';
import { mathsSyntax } from './maths.ts';
import type { Construct, SyntaxExtension, TokenizeContext } from './syntax.ts';

const SYNTAX = [gfm({ singleTilde: false }), mathsSyntax()];
const TREE = [gfmFromMarkdown(), mathsTree()];

/** Labels of definitions and of footnotes, as `labelOf` and `footnoteLabelOf` give them. */
export type Labels = ReadonlySet<string>;

/** The label that references to a definition have; micromark compares them in upper case. */
export function labelOf(definition: { readonly identifier: string }): string {
  return definition.identifier.toUpperCase();
}

/** The same for a footnote, told apart from a definition's by the character that the syntax has too. */
export function footnoteLabelOf(footnote: { readonly identifier: string }): string {
  return `^${footnote.identifier.toUpperCase()}`;
}

/**
 * The tree of `text`. `defined` are labels that count as defined though they are not in `text`; every label that was looked
 * up is added to `asked`. Line endings must be `\n`.
 */
export function parse(text: string, defined: Labels = new Set(), asked = new Set<string>()): Root {
  return fromMarkdown(text, { extensions: [...SYNTAX, definedElsewhere(defined, asked)], mdastExtensions: TREE });
}

/** A syntax that matches nothing, but is asked before the one that looks labels up. */
function definedElsewhere(defined: Labels, asked: Set<string>): SyntaxExtension {
  const prepared = new WeakSet<object>();
  function prepare({ parser }: TokenizeContext): void {
    if (prepared.has(parser)) return;
    prepared.add(parser);
    parser.gfmFootnotes ??= [];
    watch(parser.defined, '');
    watch(parser.gfmFootnotes, '^');
  }
  function watch(labels: string[], prefix: string): void {
    labels.includes = (label) => {
      asked.add(prefix + label);
      return defined.has(prefix + label) || labels.indexOf(label) !== -1;
    };
  }
  const construct: Construct = {
    name: 'definedElsewhere',
    tokenize(_effects, _ok, nok) {
      prepare(this);
      return nok;
    },
  };
  return { text: { [91]: construct, [93]: construct } };
}
