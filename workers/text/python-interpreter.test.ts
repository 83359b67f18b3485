import { describe, expect, it } from 'vitest';
import { runTemplate } from './run-template.ts';

const VALUES = {
  none: null,
  list: ['a', 'b'],
  same: ['a', 'b'],
  schema: { items: { type: 'string' }, type: ['string', 'null'] },
  messages: [{ role: 'user', content: 'Hi' }, { role: 'tool' }],
  odd: '\u0085\u001f x\ufeff \u2028',
  numbers: [1, 2.5, 1e-7, 123456789.125, -0.00001],
};

function run(template: string): string {
  return runTemplate(template, VALUES, 10_000);
}

// What Jinja2 3.1.6 writes of each, as transformers sets it up.
describe('Python’s meaning', () => {
  it.each([
    [
      'none, truth and mappings',
      "{{ none }} {{ true }} {{ {'a': [none, 'é']} }} {{ missing }}",
      "None True {'a': [None, 'é']} ",
    ],
    ['numbers', '{{ 2.0 }} {{ numbers[2] }} {{ 1 }} {{ 0.5 }}', '2.0 1e-07 1 0.5'],
    ['numbers in JSON', '{{ numbers | tojson }}', '[1, 2.5, 1e-07, 123456789.125, -1e-05]'],
    ['characters that cannot be seen', '{{ [odd] }}', "['\\x85\\x1f x\\ufeff \\u2028']"],
    ['anything joined by a tilde', "{{ 'a' ~ none ~ true ~ 1 ~ list ~ missing }}", "aNoneTrue1['a', 'b']"],
    [
      'joined values',
      "{{ [1, none, 'a'] | join('-') }} {{ messages | join(',', attribute='role') }}",
      '1-None-a user,tool',
    ],
  ])('writes %s', (_what, template, expected) => {
    expect(run(template)).toBe(expected);
  });

  it.each([
    ['lists by content', '{{ list == same }} {{ list != same }} {{ messages[0] == messages[1] }}', 'True False False'],
    [
      'no number with a text',
      "{{ '1' == 1 }} {{ '' == false }} {{ 0 == false }} {{ 1 == 1.0 }}",
      'False False True True',
    ],
    ['none with itself only', '{{ none == none }} {{ none == missing }} {{ none == 0 }}', 'True False False'],
    ['parts of a list', "{{ ['a'] in [['a']] }} {{ missing in list }} {{ 'a' not in missing }}", 'True False True'],
    ['keys and parts of texts', "{{ 'type' in schema }} {{ 'b' in 'abc' }} {{ 'x' in 'abc' }}", 'True True False'],
  ])('compares %s', (_what, template, expected) => {
    expect(run(template)).toBe(expected);
  });

  it.each([
    ['texts', "{% for c in 'a😀' %}{{ c }}{{ loop.length }},{% endfor %}", 'a2,😀2,'],
    ['tuples', "{% for a, b in [('x', 1), ('y', 2)] %}{{ a }}{{ b }}{% endfor %}", 'x1y2'],
    ['what is undefined', '{% for x in missing %}x{% else %}none{% endfor %}', 'none'],
    ['some items', '{% for x in list if x != "a" %}{{ loop.index }}{{ x }}{% endfor %}', '1b'],
    [
      'turns that forget what the last one set',
      '{% for x in list %}{{ y is defined }}{% set y = x %}{% endfor %}',
      'FalseFalse',
    ],
    ['up to a break', '{% for x in list %}{{ x }}{% if x == "a" %}!{% break %}{% endif %}.{% endfor %}', 'a!'],
    ['past a continue', '{% for x in list %}{{ x }}{% if x == "a" %}!{% continue %}{% endif %}.{% endfor %}', 'a!b.'],
    [
      'the inner loop of a break',
      '{% for x in list %}{% for y in list %}{{ x }}{{ y }}{% break %}{% endfor %};{% endfor %}',
      'aa;ba;',
    ],
    [
      'turns that all continue, and its else',
      '{% for x in list %}{{ x }}{% continue %}{% else %}none{% endfor %}',
      'abnone',
    ],
  ])('loops over %s', (_what, template, expected) => {
    expect(run(template)).toBe(expected);
  });

  it.each([
    [
      'a method before a key',
      '{% for k, v in schema.items() %}{{ k }},{% endfor %}{{ schema["items"].type }}',
      'items,type,string',
    ],
    [
      'whole numbers as keys',
      '{% set d = {8: "b", 2: "a"} %}{{ d[8] }}{{ d.get(3, "none") }}{{ d["8"] is defined }}',
      'bnoneFalse',
    ],
    ['such keys in a loop', '{% for k, v in {8: "b", 2: "a"}.items() %}{{ k + 1 }}{{ v }}{% endfor %}', '9b3a'],
    ['such keys by a test', '{{ 8 in {8: 1} }}{{ "8" in {8: 1} }}', 'TrueFalse'],
    ['such keys in their order', '{% for k, v in {16: 1, 8: 2, 128: 3} | dictsort %}{{ k }},{% endfor %}', '8,16,128,'],
    [
      'keys alike in large and small',
      '{% for k, v in {"b": 1, "A": 2, "c": 0} | dictsort %}{{ k }}{% endfor %}',
      'Abc',
    ],
    [
      'values in their order',
      '{% for k, v in {"b": 1, "A": 2} | dictsort(by="value", reverse=true) %}{{ k }}{% endfor %}',
      'Ab',
    ],
    ['such keys written', '{{ {8: "b"} }}{{ {8: "b"} | tojson }}', '{8: \'b\'}{"8": "b"}'],
    ['nothing by a wrong kind of key', '{{ schema[list] is defined }} {{ schema[0] is defined }}', 'False False'],
    ['a code point of a text', "{{ 'a😀b'[1] }}{{ 'a😀b'[-1] }}", '😀b'],
    ['a part of none as undefined', '{{ none.x is defined }}', 'False'],
  ])('finds %s', (_what, template, expected) => {
    expect(run(template)).toBe(expected);
  });

  it.each([
    ['trim', '[{{ odd | trim }}] [{{ odd.strip() }}]', '[x\ufeff] [x\ufeff]'],
    ['trim of other values', '{{ none | trim }}{{ missing | trim }}{{ 1 | trim }}', 'None1'],
    ['trim of characters', "{{ 'xax' | trim('x') }}", 'a'],
    [
      'case',
      "{{ schema.type | upper }} {{ 'aB cD' | capitalize }} {{ 'aB-cD (eF' | title }} {{ 'aB'.capitalize() }}",
      "['STRING', 'NULL'] Ab cd Ab-Cd (Ef Ab",
    ],
    [
      'map',
      "{{ schema.type | map('upper') | list }} {{ messages | map(attribute='content', default='-') | join }}",
      "['STRING', 'NULL'] Hi-",
    ],
    [
      'selectattr',
      "{{ messages | selectattr('role', 'equalto', 'tool') | list | length }}{{ messages | selectattr('content', 'undefined') | list | length }}",
      '11',
    ],
    ['rejectattr', "{{ messages | rejectattr('content') | map(attribute='role') | join }}", 'tool'],
    [
      'selectattr of texts and none',
      "{{ 'ab' | selectattr('x', 'equalto', 1) | list }}{{ none | selectattr('x') | list }}",
      '[][]',
    ],
    [
      'reject',
      "{{ list | reject('equalto', 'a') | list }}{{ [0, 1] | select | list }}{{ list | select('in', ['b']) | list }}",
      "['b'][1]['b']",
    ],
    ['format', "{{ '%s=%d%%' | format('a', 1) }}", 'a=1%'],
    ['length', "{{ 'a😀' | length }}{{ schema | length }}{{ missing | length }}", '220'],
    ['ends', "{{ 'abc' | first }}{{ 'abc' | last }}{{ [] | first }}{{ schema | list }}", "ac['items', 'type']"],
    [
      'tojson',
      "{{ {'b': 'é<', 'a': [1, {}]} | tojson(indent=1, sort_keys=true, ensure_ascii=true) }}",
      '{\n "a": [\n  1,\n  {}\n ],\n "b": "\\u00e9<"\n}',
    ],
    ['tojson with separators', "{{ {'a': [1, 2]} | tojson(separators=(',', ':')) }}", '{"a":[1,2]}'],
    [
      'iterable',
      '{{ schema is iterable }}{{ none is iterable }}{{ 1 is iterable }}{{ list is not sequence }}',
      'TrueFalseFalseFalse',
    ],
  ])('has the filters and tests of Jinja: %s', (_what, template, expected) => {
    expect(run(template)).toBe(expected);
  });

  it('lets macros see the variables of where they stand', () => {
    const template =
      "{% set x = 'outer' %}{% macro show() %}{{ x }}{{ caller() if caller is defined }}{% endmacro %}" +
      "{% for x in ['inner'] %}{{ show() }}{% call show() %}!{{ x }}{% endcall %}{% endfor %}";
    expect(run(template)).toBe('outerouter!inner');
  });

  it('has dict, and text times a number', () => {
    expect(run("{{ dict(a=1, b='x') | tojson }}{{ 'ab' * 2 }}{{ 'ab' * -1 }}")).toBe('{"a": 1, "b": "x"}abab');
  });

  it('reads a template with the line ends of Windows as one with others', () => {
    expect(run('a\r\n{% if true %}\r\nb{% endif %}.\rc')).toBe('a\nb.\nc');
  });

  it.each([
    ['text and a mapping added', "{{ 'a' + schema }}"],
    ['text and a number added', "{{ 'a' + 1 }}"],
    ['a part of what is undefined', '{{ missing.x }}'],
    ['a part of what is undefined, tested', '{{ missing.x is defined }}'],
    ['a loop over none', '{% for x in none %}{% endfor %}'],
    ['a loop over a number', '{% for x in 1 %}{% endfor %}'],
    ['a part of none', "{{ 'a' in none }}"],
    ['what is undefined as JSON', '{{ missing | tojson }}'],
    ['a test that there is not', '{{ 1 is prime }}'],
  ])('refuses %s', (_what, template) => {
    expect(() => run(template)).toThrow(/chat template failed/);
  });
});
