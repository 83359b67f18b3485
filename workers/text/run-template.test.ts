import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorCode } from '../protocol/errors.ts';
import { runTemplate } from './run-template.ts';

const OUTPUT_UNITS_MAX = 1024 * 1024;

function run(template: string, values: Record<string, unknown> = {}): string {
  return runTemplate(template, values, OUTPUT_UNITS_MAX);
}

/** The message of what a template throws, and the processor's time that it took: the clock's is other programs' too. */
function failure(template: string): { message: string; processorMs: number } {
  const start = process.cpuUsage();
  try {
    run(template);
  } catch (error) {
    expect(errorCode(error)).toBe('TemplateFailed');
    const { user, system } = process.cpuUsage(start);
    return { message: (error as Error).message, processorMs: (user + system) / 1_000 };
  }
  return expect.fail('the template ran to its end');
}

/** A string of 2^n characters in `ns.s`. */
const doubled = (n: number, unit = 'x'): string =>
  `{% set ns = namespace(s='${unit}', a=[1]) %}{% for i in range(${n}) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}`;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('runTemplate', () => {
  it('gives templates what chat templates use', () => {
    const messages = [{ role: 'user', content: ' hi ' }];
    expect(run("{% for m in messages %}{{ m['role'] ~ ':' ~ m.content | trim }}{% endfor %}", { messages })).toBe(
      'user:hi',
    );
    expect(run('{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}')).toBe('531');
    expect(
      run('{% set ns = namespace(n=1) %}{% for i in range(3) %}{% set ns.n = ns.n * 2 %}{% endfor %}{{ ns.n }}'),
    ).toBe('8');
    expect(run('{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}')).toBe('13');
    expect(run("{{ 'a-b'.replace('-', '+') | replace('+', '*') | upper }}")).toBe('A*B');
    expect(run('{% if tools is none and missing is not defined %}ok{% endif %}', { tools: null })).toBe('ok');
    expect(run("{{ ['a', 'b'] | join(', ') }}{{ {'a': [1]} | tojson(indent=2) }}")).toBe(
      'a, b{\n  "a": [\n    1\n  ]\n}',
    );
    expect(run('{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ twice("a") }}')).toBe('aa');
  });

  it('tells the date as Python does', () => {
    vi.useFakeTimers({ now: new Date(2026, 2, 5, 15, 4, 9) });
    expect(run("{{ strftime_now('%Y-%m-%d %H:%M:%S %b %B %a %A %% %q') }}")).toBe(
      '2026-03-05 15:04:09 Mar March Thu Thursday % %q',
    );
    expect(run("{{ strftime_now('%-d.%-m.%y %I:%M %p, day %j or %-j') }}")).toBe('5.3.26 03:04 PM, day 064 or 64');
    expect(run("{{ strftime_now('%-q %-H') }}")).toBe('%-q 15');
  });

  it('strips the characters that are named, as Python does', () => {
    expect(run("{{ '\\n a \\n'.strip('\\n') }}|{{ ' a \\n'.rstrip('\\n') }}|{{ 'xya'.lstrip('yx') }}")).toBe(
      ' a | a |a',
    );
    expect(run("{{ ' a '.strip() }}|{{ ' a '.rstrip() }}|{{ 'aaa'.strip('a') }}|{{ '😀a😀'.strip('😀') }}")).toBe(
      'a| a||a',
    );
  });

  it('writes values as Python does where text is asked for', () => {
    const value = { name: "it's", both: `'"`, flag: true, none: null, list: [1, 2.5, 'a\nb'] };
    expect(run('{{ value | string }}', { value })).toBe(
      `{'name': "it's", 'both': '\\'"', 'flag': True, 'none': None, 'list': [1, 2.5, 'a\\nb']}`,
    );
    expect(run("{{ 'a' | string }}{{ 1 | string }}{{ 2.0 | string }}{{ missing | string }}{{ true | string }}")).toBe(
      'a12.0True',
    );
  });

  it('passes on what a template refuses', () => {
    expect(failure("{{ raise_exception('Roles must alternate') }}").message).toBe(
      'The model\'s chat template refuses this conversation: got "Roles must alternate".',
    );
  });

  it('leaves a long conversation room', () => {
    const messages = Array.from({ length: 1_000 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: 'some words '.repeat(60),
    }));
    const template =
      "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('x') }}{% endif %}" +
      "{% if messages[0]['role'] == 'system' %}{% endif %}{{ '<' + m['role'] + '>' + m['content'] | trim }}{% endfor %}";
    expect(run(template, { messages }).length).toBeGreaterThan(600_000);
  });

  it('stops a template whose steps are slow by the clock, and says what the limit was and what to do', () => {
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1_000));
    expect(() => run('{% for i in range(9999) %}{{ i }}{% endfor %}')).toThrow(
      "The model's chat template runs too long: expected at most 5000 ms, got more. Choose another conversion of the model.",
    );
  });

  it('does not slow down where a string is replaced in often', () => {
    expect(run("{% set s = 'ab' %}{% for i in range(5000) %}{{ s.replace('a', 'c') }}{% endfor %}").length).toBe(
      10_000,
    );
  });

  it.each<[string, string, RegExp]>([
    ['counts far', '{% for i in range(10000000) %}{% endfor %}', /counts too far: expected at most 10000/],
    ['counts very far', '{{ range(10**9) | length }}', /counts too far: expected at most 10000 numbers/],
    ['counts down far', '{% for i in range(0, -10000000, -1) %}{% endfor %}', /counts too far/],
    ['counts by nothing', '{% for i in range(0, 5, 0) %}{% endfor %}', /counts too far/],
    ['counts to text', "{% for i in range('x') %}{% endfor %}", /counts too far/],
    ['nests loops', '{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}', /too long/],
    [
      'loops over one array in a loop',
      '{% set a = range(9999) %}{% for i in a %}{% for j in a %}{% endfor %}{% endfor %}',
      /too long/,
    ],
    ['calls itself without end', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', /nested too deep/],
    [
      'calls itself twice',
      '{% macro f(n) %}{% if n > 1 %}{{ f(n-1) }}{{ f(n-2) }}{% endif %}{% endmacro %}{{ f(60) }}',
      /too long/,
    ],
    ['multiplies text', "{{ 'x' * 10**9 }}", /too long/],
    ['multiplies an array', '{{ [0] * 10**9 }}', /failed/],
    ['pads text', "{{ 'x'.ljust(10**9) }}", /failed/],
    [
      'writes without end',
      `${doubled(15)}{% for i in range(9999) %}{{ ns.s }}{% endfor %}`,
      /(writes too much|runs too long): expected at most/,
    ],
    ['doubles text', `${doubled(100)}{{ ns.s }}`, /writes too much/],
    ['doubles an array', `${doubled(0)}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}{% endfor %}`, /too l/],
    [
      'folds an array into itself',
      `${doubled(0)}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a | tojson }}`,
      /too l/,
    ],
    ['puts a namespace into itself', '{% set ns = namespace(a=1) %}{% set ns.a = ns %}{{ ns.a }}', /nested too deep/],
    [
      'puts a namespace into itself twice',
      '{% set ns = namespace(a=1) %}{% set l = [ns, ns] %}{% set ns.a = [l, l] %}{{ l == 1 }}',
      /nested too deep/,
    ],
    [
      'unfolds namespaces, filled from the outside in',
      [
        ...Array.from({ length: 30 }, (_, i) => `{% set n${i} = namespace(a=0) %}`),
        ...Array.from({ length: 29 }, (_, i) => `{% set n${29 - i}.a = [n${28 - i}, n${28 - i}] %}`),
        '{{ n29.a | string }}',
      ].join(''),
      /too large a value|runs too long/,
    ],
    ['writes a namespace as JSON', '{% set ns = namespace(a=1) %}{{ [ns] | tojson }}', /not JSON serializable/],
    ['multiplies by replacing', `${doubled(15)}{{ ns.s.replace('x', ns.s) | length }}`, /writes too much/],
    ['multiplies by a filter', `${doubled(15)}{{ ns.s | replace('x', ns.s) | length }}`, /writes too much/],
    ['multiplies by a computed name', `${doubled(15)}{{ ns.s['repl' ~ 'ace']('x', ns.s) }}`, /writes too much/],
    ['multiplies by a stored method', `${doubled(15)}{% set f = ns.s.replace %}{{ f('x', ns.s) }}`, /writes too much/],
    ['multiplies between characters', `${doubled(15)}{{ ns.s.replace('', ns.s) }}`, /writes too much/],
    ['multiplies in a block', `{% filter replace('x', 'y') %}x{% endfilter %}`, /replace block/],
    ['joins with long text', `${doubled(19)}{{ range(900) | join(ns.s) }}`, /repeats too long a text/],
    ['joins with long text by name', `${doubled(19)}{{ range(900) | join(separator=ns.s) }}`, /repeats too long/],
    ['joins with unpacked text', `${doubled(19)}{{ range(900) | join(*[ns.s]) }}`, /unpacks arguments/],
    ['joins characters', `${doubled(15)}{% filter join(ns.s) %}{{ ns.s }}{% endfilter %}`, /repeats too long a text/],
    ['joins many with long text', `${doubled(19)}{{ [[1, 2]] | map('join', ns.s) | list }}`, /repeats too long a text/],
    ['formats much', `{{ '%s' | format(${"'x', ".repeat(9)}) }}`, /failed/],
    ['writes wide JSON', '{{ [[[1]]] | tojson(indent=50000000) }}', /repeats too long a text/],
    ['indents far', `${doubled(15, 'x\\n')}{{ ns.s | indent(15000) }}`, /repeats too long a text/],
    ['splits and sorts', `${doubled(18, 'x,')}{{ ns.s.split(',') | sort | length }}`, /too large/],
    [
      'searches a long array often',
      `${doubled(15, 'x,')}{% set a = ns.s.split(',') %}{% for i in range(9999) %}{{ 'z' in a }}{{ a | sort | length }}{% endfor %}`,
      /too long/,
    ],
    ['is 300,000 characters long', 'a'.repeat(300_000), /is too long/],
    ['is all spaces', `${' '.repeat(200_000)}{% if 1 %}{% endif %}`, /white space/],
    ['is all line breaks', '\n'.repeat(200_000), /white space/],
    [
      'is as much white space as is allowed',
      `${`${' '.repeat(1_000)}x`.repeat(250)}{{ raise_exception('end') }}`,
      /"end"/,
    ],
    ['nests 5,000 parentheses', `{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`, /failed/],
    ['nests 5,000 ifs', '{% if 1 %}'.repeat(5_000) + '{% endif %}'.repeat(5_000), /failed/],
    ['adds 50,000 numbers', `{{ 1${'+1'.repeat(50_000)} }}`, /nested too deep|failed/],
    ['opens 80,000 expressions', '{{'.repeat(80_000), /failed/],
    ['never closes a comment', '{#'.repeat(80_000), /failed/],
    ['never closes a string', `{{ '${"\\'".repeat(80_000)}`, /failed/],
    ['has a syntax error', '{% for %}', /chat template failed: got "/],
    ['uses what is not there', '{{ missing() }}', /failed/],
    ['uses an unknown filter', "{{ 'a' | shell }}", /failed/],
    ['reaches for the prototype', "{{ ''.constructor.constructor('return 1')() }}", /failed/],
  ])('stops a template that %s', (_what, template, message) => {
    const stopped = failure(template);
    expect(stopped.message).toMatch(message);
    expect(stopped.processorMs).toBeLessThan(2_000);
  });
});
