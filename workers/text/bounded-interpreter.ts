/**
 * The Jinja interpreter, stopped when a budget is spent; by itself it has no limits.
 *
 * Every evaluated node is counted, text by its length, loops by theirs, and the clock is read now and then. Values that
 * would unfold into far more than they take (an array that holds another one twice, thirty levels deep) are refused when
 * they are made. Single built-in operations are not interrupted, so those that multiply are measured first: `replace` by what it
 * would write, `join`, `indent` and `tojson` by their arguments.
 */
import type { Environment } from '@huggingface/jinja';
import { EngineError } from '../protocol/errors.ts';
import { PythonInterpreter } from './python-interpreter.ts';
import type { Node, Statement } from './template-nodes.ts';
import type { Builtin, Value } from './template-values.ts';

const STEPS_MAX = 500_000;
/** What a template may take for each message more: Qwen3's takes about 1,200 for one of 660 characters. */
const STEPS_PER_MESSAGE = 3_000;
/**
 * Steps should end a template first, the same on every device; this is for steps that are slower than we know. It is a
 * clock's time, not the processor's: a busy machine gives us a tenth of itself, and an innocent template must end there.
 */
const TIME_MAX_MS = 5_000;
const DEPTH_MAX = 256;
const VALUE_SIZE_MAX = 200_000;
/** Reading the clock at every step would cost more than the step. */
const STEPS_PER_CLOCK = 512;
const STRING_UNITS_PER_STEP = 64;
/** The interpreter makes a dozen objects for each turn of a loop, even of an empty one. */
const STEPS_PER_LOOP_TURN = 4;
/** Filters that put an argument between all the parts of a value: text of this length, or this many spaces. */
const REPEATING_FILTERS: readonly unknown[] = ['join', 'indent', 'tojson', 'map'];
const REPEATED_UNITS_MAX = 256;

/** The error for a template that passes a limit. */
export function exceeded(what: string, limit: string): EngineError {
  return new EngineError('TemplateFailed', {
    what: `The model's chat template ${what}`,
    expected: limit,
    got: 'more',
    remedy: 'Choose another conversion of the model.',
  });
}

/** How often a template's `replace` finds `wanted`: an empty one stands between all characters. */
function occurrences(text: string, wanted: string): number {
  if (wanted === '') return text.length + 1;
  let count = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) count += 1;
  return count;
}

/** Runs one program. Throws `TemplateFailed` when a limit is passed; whatever else fails throws as the package has it. */
export class BoundedInterpreter extends PythonInterpreter {
  readonly #outputUnitsMax: number;
  readonly #stepsMax: number;
  readonly #startMs = performance.now();
  readonly #iterables = new WeakSet<Statement>();
  readonly #guardedNodes = new WeakSet<Statement>();
  readonly #repeated = new WeakSet<Statement>();
  readonly #guarded = new WeakSet<Value>();
  readonly #sizes = new WeakMap<Value, number>();
  /** Met while sizes were measured. */
  #namespaces = 0;
  #steps = 0;
  #nextClock = STEPS_PER_CLOCK;
  #depth = 0;

  /**
   * @param outputUnitsMax bound of the output and of every string on the way, in UTF-16 units
   * @param messages how many messages the conversation has
   */
  constructor(environment: Environment, outputUnitsMax: number, messages: number) {
    super(environment);
    this.#outputUnitsMax = outputUnitsMax;
    this.#stepsMax = STEPS_MAX + messages * STEPS_PER_MESSAGE;
  }

  override evaluate(statement: Statement | undefined, environment: Environment): Value {
    // What was evaluated was counted.
    if (!statement || statement.type === 'Held') return super.evaluate(statement, environment);
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw exceeded('is nested too deep', `at most ${DEPTH_MAX} levels`);
    this.#watch(statement);
    let value: Value;
    try {
      value = super.evaluate(statement, environment);
    } finally {
      // Also when a loop is left: the interpreter throws to break and to continue.
      this.#depth -= 1;
    }
    this.#spend(1 + this.#cost(value, statement));
    if (this.#guardedNodes.has(statement)) this.#guard(value);
    return value;
  }

  /** Remembers nodes whose value matters to the one that is about to use it. */
  #watch(statement: Node): void {
    if (statement.type === 'For' && statement.iterable) this.#iterables.add(statement.iterable);
    const mayReplace = statement.computed === true || statement.property?.value === 'replace';
    if (statement.type === 'MemberExpression' && mayReplace) this.#guardedNodes.add(statement.object!);
    const filterName = statement.filter?.callee?.value;
    if (REPEATING_FILTERS.includes(filterName)) this.#watchArguments(statement.filter!.args ?? []);
    if (filterName !== 'replace') return;
    if (statement.type === 'FilterStatement') throw exceeded('uses a replace block', 'the replace filter');
    this.#guardedNodes.add(statement.operand!);
  }

  #watchArguments(args: readonly Node[]): void {
    for (const argument of args) {
      if (argument.type.endsWith('SpreadExpression'))
        throw exceeded('unpacks arguments of a filter', 'plain arguments');
      this.#repeated.add(argument.type === 'KeywordArgumentExpression' ? (argument.value as Node) : argument);
    }
  }

  #cost(value: Value, statement: Statement): number {
    const content: unknown = value.value;
    const units = typeof content === 'string' ? content.length : typeof content === 'number' ? content : 0;
    if (units > REPEATED_UNITS_MAX && this.#repeated.has(statement))
      throw exceeded('repeats too long a text', `at most ${REPEATED_UNITS_MAX} characters`);
    if (typeof content === 'string') {
      this.#requireOutput(content.length);
      return content.length / STRING_UNITS_PER_STEP;
    }
    const length = Array.isArray(content) ? content.length : content instanceof Map ? content.size : 0;
    const loopSteps = this.#iterables.has(statement) ? length * STEPS_PER_LOOP_TURN : 0;
    return this.#sizes.has(value) ? loopSteps : loopSteps + this.#size(value);
  }

  /**
   * What a value would take written out. Arrays and objects never change; a namespace does, so that what holds one is
   * measured wherever it comes up. One that holds itself has no end.
   */
  #size(value: Value, depth = 0): number {
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    if (depth > DEPTH_MAX) throw exceeded('is nested too deep', `at most ${DEPTH_MAX} levels`);
    const content: unknown = value.value;
    let size = 1;
    if (typeof content === 'string') {
      size += content.length / STRING_UNITS_PER_STEP;
    } else if (Array.isArray(content) || content instanceof Map) {
      const namespacesBefore = this.#namespaces;
      if (value.type === 'NamespaceValue') this.#namespaces += 1;
      for (const item of content.values() as Iterable<Value>) size += this.#size(item, depth + 1);
      if (size > VALUE_SIZE_MAX) throw exceeded('makes too large a value', `at most ${VALUE_SIZE_MAX} parts`);
      if (this.#namespaces === namespacesBefore) this.#sizes.set(value, size);
    }
    return size;
  }

  protected override charge(parts: number): void {
    this.#spend(parts);
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#stepsMax) throw exceeded('runs too long', `at most ${this.#stepsMax} steps`);
    if (this.#steps < this.#nextClock) return;
    this.#nextClock = this.#steps + STEPS_PER_CLOCK;
    if (performance.now() - this.#startMs > TIME_MAX_MS) throw exceeded('runs too long', `at most ${TIME_MAX_MS} ms`);
  }

  #requireOutput(units: number): void {
    if (units > this.#outputUnitsMax) throw exceeded('writes too much', `at most ${this.#outputUnitsMax} characters`);
  }

  #guard(text: Value): void {
    if (text.type !== 'StringValue' || this.#guarded.has(text)) return;
    this.#guarded.add(text);
    const units = String(text.value);
    const builtin = text.builtins.get('replace');
    if (builtin?.type !== 'FunctionValue') return;
    const replace = builtin.value as Builtin;
    builtin.value = (args: Value[], scope: Environment) => {
      const [wanted, replacement] = args.map(({ value }) => String(value));
      this.#requireOutput(units.length + occurrences(units, wanted ?? '') * (replacement ?? '').length);
      return replace(args, scope);
    };
  }
}
