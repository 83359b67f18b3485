/** Nodes of a template's syntax tree, whose types `@huggingface/jinja` does not export, and nodes of our own. */
import type { Interpreter } from '@huggingface/jinja';
import type { Value } from './template-values.ts';

/** Any node, as the interpreter takes it. */
export type Statement = NonNullable<Parameters<Interpreter['evaluate']>[0]>;
/** The parts of the syntax tree's nodes that matter here; the package does not export their types. */
export interface Node extends Statement {
  readonly iterable?: Node;
  readonly lhs?: Node;
  readonly loopvar?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly operand?: Node;
  readonly operator?: { readonly value: string };
  readonly left?: Node;
  readonly right?: Node;
  readonly filter?: Node;
  readonly test?: Node;
  readonly negate?: boolean;
  readonly callee?: Node;
  readonly name?: Node;
  readonly args?: readonly Node[];
  readonly key?: Node;
  readonly computed?: boolean;
  readonly value?: unknown;
  readonly body?: readonly Node[];
  readonly alternate?: readonly Node[];
  readonly defaultBlock?: readonly Node[];
}

/** One loop's body, with what its turns share. */
export interface Turn extends Node {
  readonly body: readonly Node[];
  /** Names that a turn starts with. */
  readonly names: ReadonlySet<string>;
  isBroken: boolean;
  /** Whether a turn came to its end; a loop where none did goes on with its `else`. */
  isDone: boolean;
}

/** Thrown by `break` and `continue`, caught by the loop's turn; `text` is what was written on the way. */
export class LoopControl extends Error {
  readonly isBreak: boolean;
  text = '';

  constructor(isBreak: boolean) {
    super('break or continue outside of a loop');
    this.isBreak = isBreak;
  }
}

/** A node that stands for a value that was evaluated already. */
export function held(value: Value): Node {
  return { type: 'Held', value };
}

/** The names that a loop gives to each item. */
export function loopNames(variable: Node): string[] {
  return variable.type === 'TupleLiteral'
    ? (variable.value as readonly Node[]).flatMap(loopNames)
    : [variable.value as string];
}
