/**
 * Runs a Jinja template within limits. Templates come with model files, from strangers, and are programs: one gets no
 * file, no network, and no clock but `strftime_now`. Refused, with `TemplateFailed`: what the bounded interpreter
 * refuses, templates that are too long to read, and `range` beyond 10,000 numbers.
 */
import { Environment, parse, tokenize } from '@huggingface/jinja';
import { EngineError } from '../protocol/errors.ts';
import { BoundedInterpreter, exceeded } from './bounded-interpreter.ts';
import { dict } from './template-filters.ts';
import { withoutRawBlocks } from './template-raw.ts';

/** The longest template that is read, in UTF-16 units. */
export const TEMPLATE_UNITS_MAX = 256 * 1024;
/** The package's lexer takes quadratic time over white space: 200,000 spaces took it more than a minute. */
const BLANK_RUN_MAX = 1_000;
const RANGE_MAX = 10_000;

function requireReadable(template: string): void {
  if (template.length > TEMPLATE_UNITS_MAX) throw exceeded('is too long', `at most ${TEMPLATE_UNITS_MAX} characters`);
  let run = 0;
  for (const character of template) {
    run = character.trim() === '' ? run + 1 : 0;
    if (run > BLANK_RUN_MAX) throw exceeded('has too much white space', `at most ${BLANK_RUN_MAX} in a row`);
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
    j: () => String(dayOfYear(now)).padStart(3, '0'),
    y: () => padded(now.getFullYear() % 100),
    H: () => padded(now.getHours()),
    I: () => padded(now.getHours() % 12 || 12),
    p: () => (now.getHours() < 12 ? 'AM' : 'PM'),
    M: () => padded(now.getMinutes()),
    S: () => padded(now.getSeconds()),
    b: () => part({ month: 'short' }),
    B: () => part({ month: 'long' }),
    a: () => part({ weekday: 'short' }),
    A: () => part({ weekday: 'long' }),
    '%': () => '%',
  };
  // `%-d` is glibc's: without the zeros in front.
  return format.replace(/%(-?)(.)/g, (whole, bare: string, letter: string) => {
    const value = values[letter]?.();
    return (bare === '' ? value : value?.replace(/^0+(?=.)/, '')) ?? whole;
  });
}

function dayOfYear(now: Date): number {
  const midnight = (year: number, month: number, day: number): number => Date.UTC(year, month, day) / 86_400_000;
  return midnight(now.getFullYear(), now.getMonth(), now.getDate()) - midnight(now.getFullYear(), 0, 0);
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
  environment.setVariable('dict', dict);
  return environment;
}

/**
 * What the template writes with these values.
 *
 * Throws `TemplateFailed` in every other case: a syntax error, `raise_exception` (with its message), an operation that
 * fails, or a limit. `outputUnitsMax` bounds the output and every string on the way, in UTF-16 units; a longer list of
 * `messages` among the values may take more steps.
 */
export function runTemplate(
  template: string,
  values: Readonly<Record<string, unknown>>,
  outputUnitsMax: number,
): string {
  requireReadable(template);
  const messages = Array.isArray(values.messages) ? values.messages.length : 0;
  try {
    const source = withoutRawBlocks(template.replace(/\r\n?/g, '\n'));
    const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    const output = new BoundedInterpreter(globals(values), outputUnitsMax, messages).run(program);
    return String(output.value);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const got =
      cause instanceof RangeError
        ? 'nesting or text beyond every limit'
        : `"${cause instanceof Error ? cause.message : String(cause)}"`;
    throw new EngineError('TemplateFailed', {
      what: "The model's chat template failed",
      got,
      remedy: 'Choose another conversion of the model.',
    });
  }
}
