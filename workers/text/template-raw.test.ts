import { describe, expect, it } from 'vitest';
import { runTemplate } from './run-template.ts';

describe('raw blocks', () => {
  // What Jinja2 3.1.6 writes, with `trim_blocks` and `lstrip_blocks`.
  it.each([
    ['a{% raw %}\n{{ x }}{% endraw %}\nb', 'a\n{{ x }}b'],
    ['a\n  {% raw %} {% if %} \n  {% endraw %}  b', 'a\n {% if %} \n  b'],
    ['a \n {%- raw -%} \n x \n {%- endraw -%} \n b', 'axb'],
    ['{# {% raw %} #}c{% raw %}\'\\n"{% endraw %}', 'c\'\\n"'],
    ["{{ '{% raw %}' }}d", '{% raw %}d'],
    ['{%+ raw %}x{%+ endraw +%}\ny', 'x\ny'],
    ['  {%+ raw %}x\n  {%+ endraw +%}\ny', '  x\n  \ny'],
    ['{% raw %}{% endraw %}', ''],
    ['{% if true %}\n{% raw %}\n<a>\n{% endraw %}\n{% endif %}z', '\n<a>\nz'],
    ['x {% raw %}a {% endraw %} y', 'x a  y'],
    ['{% raw %}a{% endraw %} {% raw %}b}} %} #}{% endraw %}', 'a b}} %} #}'],
  ])('%j writes %j', (template, expected) => {
    expect(runTemplate(template, {}, 1000)).toBe(expected);
  });

  it.each(['{% raw %}a', '{% raw %}{% endif %}', '{% raw %}{{ "'])('%j is refused', (template) => {
    expect(() => runTemplate(template, {}, 1000)).toThrow(/chat template failed/);
  });

  it('end a hostile template soon', { timeout: 5000 }, () => {
    for (const part of ['{{ "', '{% raw %}', "{%'", '{#'])
      expect(() => runTemplate(`{% raw %}x{% endraw %}${part.repeat(20_000)}`, {}, 1000)).toThrow();
  });
});
