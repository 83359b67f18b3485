/**
 * The Jinja interpreter of `@huggingface/jinja`, made to agree with Python's Jinja2 where published chat templates feel the
 * difference. Each node whose meaning differs is evaluated here, the rest by the package:
 *
 * - what is written: `None`, `True`, `1e-07`, `{'a': 1}`, where the package writes JSON's words or nothing;
 * - `==` and `in` compare contents and never a number with a text; `+` refuses a text and anything else; `~` takes anything;
 * - a part of what is undefined is an error; a dictionary's methods come before its keys (`schema.items()`);
 * - loops go over texts, tuples and what is undefined; what a turn of a loop sets is gone in the next; `break` and
 *   `continue` keep what was written before them;
 * - macros see the variables of where they stand, not of where they are called;
 * - filters, tests and methods of strings in `template-filters.ts`.
 *
 * Not Python's: lists stand for Jinja's generators, which cannot be written as JSON or counted there; `safe` marks nothing;
 * keys of dictionaries are texts and whole numbers; a test after `is` takes no argument; numbers with an exponent and other methods of
 * strings are not known.
 */
import { Environment, Interpreter } from '@huggingface/jinja';
import { pythonText } from './python-text.ts';
import { keyOf, mappingMethod } from './template-mappings.ts';
import { FILTERS, findTest, STRING_METHODS, type FilterArguments } from './template-filters.ts';
import { held, LoopControl, loopNames, type Node, type Statement, type Turn } from './template-nodes.ts';
import {
  areEqual,
  entriesOf,
  functionValue,
  itemsOf,
  iterated,
  listValue,
  mappingValue,
  textValue,
  truthValue,
  undefinedValue,
  type Builtin,
  type Value,
} from './template-values.ts';

/** Nodes that are not expressions: what they evaluate to is not written as a value. */
const STATEMENTS: ReadonlySet<string> = new Set([
  'Set',
  'If',
  'For',
  'Macro',
  'CallStatement',
  'FilterStatement',
  'Break',
  'Continue',
  'Comment',
  'StringLiteral',
  'Turn',
]);
/** So many UTF-16 units of a text are gone through in the time of one part of a list. */
const UNITS_PER_PART = 64;
const MAPPING_METHODS = ['items', 'keys', 'values', 'get'] as const;

function operatorError(operator: string, left: Value, right: Value): TypeError {
  return new TypeError(`${operator} does not go between ${left.type} and ${right.type}`);
}

/** Runs programs with Python's meaning. It has no limits of its own; `charge` is told of work that one node hides. */
export abstract class PythonInterpreter extends Interpreter {
  readonly #blocks = new WeakSet<Statement>();
  readonly #written = new WeakSet<Statement>();

  /** Called with the count of parts that an operation goes through. */
  protected abstract charge(parts: number): void;

  override evaluate(statement: Statement | undefined, environment: Environment): Value {
    if (!statement) return super.evaluate(statement, environment);
    this.#noteBlocks(statement);
    const value = this.#evaluateNode(statement, environment);
    return this.#written.has(statement) && typeof value.value !== 'string' ? textValue(pythonText(value)) : value;
  }

  /** Remembers which nodes stand in a block, so that their values are written. */
  #noteBlocks(node: Node): void {
    if (!STATEMENTS.has(node.type) && node.type !== 'Program') return;
    if (this.#blocks.has(node)) return;
    this.#blocks.add(node);
    for (const block of [node.body, node.alternate, node.defaultBlock])
      for (const child of block ?? []) if (!STATEMENTS.has(child.type)) this.#written.add(child);
  }

  #evaluateNode(node: Node, environment: Environment): Value {
    switch (node.type) {
      case 'Held':
        return node.value as Value;
      case 'Turn':
        return this.#turn(node as Turn, environment);
      case 'Break':
      case 'Continue':
        throw new LoopControl(node.type === 'Break');
      case 'If': {
        const isMet = this.evaluate(node.test, environment).__bool__().value;
        return textValue(this.#block(isMet ? node.body! : node.alternate!, environment));
      }
      case 'For':
        return this.#loop(node, environment);
      case 'ObjectLiteral': {
        const parts = [...(node.value as Iterable<readonly [Node, Node]>)];
        const entry = ([key, item]: (typeof parts)[number]) =>
          [keyOf(this.evaluate(key, environment)), this.evaluate(item, environment)] as const;
        return mappingValue(new Map(parts.map(entry)));
      }
      case 'Macro':
        return this.#macro(node, environment);
      case 'BinaryExpression':
        return this.#binary(node, environment);
      case 'MemberExpression':
        return this.#member(node, environment);
      case 'FilterExpression':
        return this.#filter(node, environment);
      case 'TestExpression': {
        const isMet = findTest(node.test!.value as string)(this.evaluate(node.operand, environment));
        return truthValue(isMet !== node.negate);
      }
      default:
        return super.evaluate(node, environment);
    }
  }

  #loop(node: Node, environment: Environment): Value {
    const selected = node.iterable!.type === 'SelectExpression' ? node.iterable! : null;
    const given = this.evaluate(selected?.lhs ?? node.iterable, environment);
    const items = iterated(given);
    if (items === null) throw new TypeError(`A ${given.type} is not iterable`);
    if (typeof given.value === 'string') this.charge(items.length);
    // The package unpacks lists only, and takes no tuple.
    const iterable = held(
      listValue(items.map((item) => (item.type === 'TupleValue' ? listValue(itemsOf(item)!) : item))),
    );
    const turn: Turn = {
      type: 'Turn',
      body: node.body!,
      names: new Set(['loop', 'namespace', ...loopNames(node.loopvar!)]),
      isBroken: false,
      isDone: false,
    };
    const mended = {
      ...node,
      iterable: selected ? { ...selected, lhs: iterable } : iterable,
      body: [turn],
      defaultBlock: [],
    };
    const written = super.evaluate(mended as Statement, environment);
    if (turn.isDone) return written;
    return textValue(pythonText(written) + this.#block(node.defaultBlock ?? [], new Environment(environment)));
  }

  #turn(turn: Turn, environment: Environment): Value {
    // The package's own `break` would lose the turn's text; so the turns that are left write nothing.
    if (turn.isBroken) return textValue('');
    const { variables } = environment;
    for (const name of variables.keys()) if (!turn.names.has(name)) variables.delete(name);
    try {
      const text = this.#block(turn.body, environment);
      turn.isDone = true;
      return textValue(text);
    } catch (control) {
      if (!(control instanceof LoopControl)) throw control;
      turn.isBroken = control.isBreak;
      return textValue(control.text);
    }
  }

  #block(nodes: readonly Node[], environment: Environment): string {
    let text = '';
    try {
      for (const node of nodes) {
        const { value } = this.evaluate(node, environment);
        if (typeof value === 'string') text += value;
      }
    } catch (control) {
      if (control instanceof LoopControl) control.text = text + control.text;
      throw control;
    }
    return text;
  }

  #macro(node: Node, environment: Environment): Value {
    const nothing = super.evaluate(node, environment);
    const name = node.name!.value as string;
    const run = environment.variables.get(name)!.value as Builtin;
    const scoped: Builtin = (args, scope) => {
      const inner = new Environment(environment);
      const caller = scope.variables.get('caller');
      if (caller) inner.setVariable('caller', caller);
      return run(args, inner);
    };
    environment.setVariable(name, functionValue(scoped));
    return nothing;
  }

  #binary(node: Node, environment: Environment): Value {
    const operator = node.operator!.value;
    if (operator === 'and' || operator === 'or') return super.evaluate(node, environment);
    const left = this.evaluate(node.left, environment);
    const right = this.evaluate(node.right, environment);
    switch (operator) {
      case '==':
      case '!=':
        return truthValue(this.#equal(left, right) === (operator === '=='));
      case 'in':
      case 'not in':
        return truthValue(this.#contains(right, left) === (operator === 'in'));
      case '~':
        return textValue(pythonText(left) + pythonText(right));
      case '+':
        if ((typeof left.value === 'string') !== (typeof right.value === 'string'))
          throw operatorError(operator, left, right);
        break;
      case '*':
        if (typeof left.value === 'string' && right.type === 'IntegerValue') return this.#repeated(left.value, right);
    }
    return super.evaluate({ ...node, left: held(left), right: held(right) } as Statement, environment);
  }

  #repeated(text: string, { value }: Value): Value {
    const count = Math.max(0, value as number);
    this.charge(text.length * count);
    return textValue(text.repeat(count));
  }

  #equal(one: Value, other: Value): boolean {
    return areEqual(one, other, () => this.charge(1));
  }

  #contains(container: Value, part: Value): boolean {
    if (typeof container.value === 'string' && typeof part.value === 'string')
      return container.value.includes(part.value);
    const items = typeof container.value === 'string' ? null : iterated(container);
    if (items === null) throw operatorError('in', part, container);
    return items.some((item) => this.#equal(item, part));
  }

  #member(node: Node, environment: Environment): Value {
    const object = this.evaluate(node.object, environment);
    if (object.type === 'UndefinedValue') throw new TypeError('A part of what is undefined');
    const isSlice = node.property!.type === 'SliceExpression';
    const property = node.computed && !isSlice ? this.evaluate(node.property, environment) : null;
    const name: unknown = node.computed ? property?.value : node.property!.value;
    const { value } = object;
    if (typeof value === 'string') {
      const method = STRING_METHODS.get(name);
      if (method) return functionValue((args) => method(value, args));
      if (property?.type === 'IntegerValue') {
        this.charge(value.length / UNITS_PER_PART);
        const character = [...value].at(property.value as number);
        return character === undefined ? undefinedValue() : textValue(character);
      }
    }
    const entries = entriesOf(object);
    const method = !node.computed && object.type === 'ObjectValue' && MAPPING_METHODS.find((known) => known === name);
    if (entries && method) return mappingMethod(entries, method);
    // A key of another kind is just not there.
    if (property && entries && typeof name !== 'string') return entries.get(name as number) ?? undefinedValue();
    const mended = { ...node, object: held(object), ...(property ? { property: held(property) } : {}) };
    return super.evaluate(mended as Statement, environment);
  }

  #filter(node: Node, environment: Environment): Value {
    const called = node.filter!;
    const name = (called.callee ?? called).value as string;
    const filter = FILTERS.get(name);
    const operand = this.evaluate(node.operand, environment);
    if (!filter) return super.evaluate({ ...node, operand: held(operand) } as Statement, environment);
    const given = this.#arguments(called.args ?? [], environment);
    this.charge(itemsOf(operand)?.length ?? 0);
    return filter(operand, given);
  }

  #arguments(args: readonly Node[], environment: Environment): FilterArguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    for (const argument of args) {
      if (argument.type === 'KeywordArgumentExpression')
        named.set(argument.key!.value as string, this.evaluate(argument.value as Node, environment));
      else positional.push(this.evaluate(argument, environment));
    }
    return { positional, named };
  }
}
