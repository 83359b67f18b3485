/**
 * Runs a Jinja template under a budget. Templates come with model files, from strangers, and are programs.
 *
 * The interpreter of `@huggingface/jinja` has no limits of its own, so each node it evaluates is counted here, large
 * values by their size, and a clock is read now and then. A template gets no file, no network and no clock but
 * `strftime_now`. Refused: more than the limits below, `range` beyond 10,000 numbers, and nesting that would overflow
 * the stack. One built-in call is not interrupted; the engine's own limit on strings (about 512 MiB) bounds it.
 */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { EngineError } from '../protocol/errors.ts';

type Value = ReturnType<Interpreter['evaluate']>;
type Statement = Parameters<Interpreter['evaluate']>[0];

const TEMPLATE_UNITS_MAX = 256 * 1024;
const STEPS_MAX = 1_000_000;
const TIME_MAX_MS = 1_000;
const DEPTH_MAX = 256;
const RANGE_MAX = 10_000;
/** Reading the clock at every step would cost more than the step. */
const STEPS_PER_CLOCK = 1_024;
const STRING_UNITS_PER_STEP = 64;

const REMEDY = 'Choose another conversion of the model.';

function exceeded(what: string, limit: string): EngineError {
  return new EngineError('TemplateFailed', {
    what: `The model's chat template ${what}`,
    expected: limit,
    got: 'more',
    remedy: REMEDY,
  });
}

/** An interpreter that stops when its budget is spent. */
class BoundedInterpreter extends Interpreter {
  readonly #outputUnitsMax: number;
  readonly #startMs = performance.now();
  #steps = 0;
  #nextClock = 0;
  #depth = 0;

  constructor(environment: Environment, outputUnitsMax: number) {
    super(environment);
    this.#outputUnitsMax = outputUnitsMax;
  }

  override evaluate(statement: Statement, environment: Environment): Value {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw exceeded('is nested too deep', `at most ${DEPTH_MAX} levels`);
    let value: Value;
    try {
      value = super.evaluate(statement, environment);
    } finally {
      // Also when a loop is left: the interpreter throws to break and to continue.
      this.#depth -= 1;
    }
    this.#charge(value);
    return value;
  }

  #charge({ value }: Value): void {
    this.#steps += 1;
    if (typeof value === 'string') {
      if (value.length > this.#outputUnitsMax)
        throw exceeded('writes too much', `at most ${this.#outputUnitsMax} characters`);
      this.#steps += value.length / STRING_UNITS_PER_STEP;
    } else if (Array.isArray(value)) {
      this.#steps += value.length;
    } else if (value instanceof Map) {
      this.#steps += value.size;
    }
    if (this.#steps > STEPS_MAX) throw exceeded('runs too long', `at most ${STEPS_MAX} steps`);
    if (this.#steps < this.#nextClock) return;
    this.#nextClock = this.#steps + STEPS_PER_CLOCK;
    if (performance.now() - this.#startMs > TIME_MAX_MS) throw exceeded('runs too long', `at most ${TIME_MAX_MS} ms`);
  }
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= RANGE_MAX)) throw exceeded('counts too far', `at most ${RANGE_MAX} numbers in a range`);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function strftime(format: string, now: Date): string {
  const part = (options: Intl.DateTimeFormatOptions): string => now.toLocaleString('en-US', options);
  const padded = (value: number): string => String(value).padStart(2, '0');
  const values: Record<string, () => string> = {
    Y: () => String(now.getFullYear()),
    m: () => padded(now.getMonth() + 1),
    d: () => padded(now.getDate()),
    H: () => padded(now.getHours()),
    M: () => padded(now.getMinutes()),
    S: () => padded(now.getSeconds()),
    b: () => part({ month: 'short' }),
    B: () => part({ month: 'long' }),
    a: () => part({ weekday: 'short' }),
    A: () => part({ weekday: 'long' }),
    '%': () => '%',
  };
  return format.replace(/%(.)/g, (whole, letter: string) => values[letter]?.() ?? whole);
}

function globals(values: Readonly<Record<string, unknown>>): Environment {
  const environment = new Environment();
  const constants = { true: true, True: true, false: false, False: false, none: null, None: null };
  const functions = {
    range,
    strftime_now: (format: string) => strftime(format, new Date()),
    raise_exception: (message: string) => {
      throw new EngineError('TemplateFailed', {
        what: "The model's chat template refuses this conversation",
        got: `"${message}"`,
      });
    },
  };
  for (const [name, value] of Object.entries({ ...constants, ...functions, ...values })) environment.set(name, value);
  return environment;
}

/**
 * What the template writes with these values.
 *
 * Throws `TemplateFailed` in every other case: a syntax error, `raise_exception` (with its message), an operation that
 * fails, or a limit. `outputUnitsMax` bounds the output and every string on the way, in UTF-16 units.
 */
export function runTemplate(
  template: string,
  values: Readonly<Record<string, unknown>>,
  outputUnitsMax: number,
): string {
  if (template.length > TEMPLATE_UNITS_MAX) throw exceeded('is too long', `at most ${TEMPLATE_UNITS_MAX} characters`);
  try {
    const program = parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }));
    const output = new BoundedInterpreter(globals(values), outputUnitsMax).run(program);
    return String(output.value);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const got =
      cause instanceof RangeError
        ? 'nesting or text beyond every limit'
        : `"${cause instanceof Error ? cause.message : String(cause)}"`;
    throw new EngineError('TemplateFailed', { what: "The model's chat template failed", got, remedy: REMEDY });
  }
}
