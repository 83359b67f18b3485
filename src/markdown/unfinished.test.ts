import { describe, expect, it } from 'vitest';
import { MarkdownDocument } from './document.ts';
import { toHtml } from './testing/to-html.ts';

function shown(text: string): string {
  return toHtml(new MarkdownDocument().update(text, true)).trim();
}

describe('the end of an unfinished answer', () => {
  it.each([
    ['a **bo', '<p>a <strong>bo</strong></p>'],
    ['a **', '<p>a</p>'],
    ['a **bold*', '<p>a <strong>bold</strong></p>'],
    ['a **bold**', '<p>a <strong>bold</strong></p>'],
    ['a ***bo', '<p>a <em><strong>bo</strong></em></p>'],
    ['a *b **c', '<p>a <em>b <strong>c</strong></em></p>'],
    ['~~gone', '<p><del>gone</del></p>'],
    ['`co', '<p><code>co</code></p>'],
    ['**bold `co', '<p><strong>bold <code>co</code></strong></p>'],
    ['``a`b', '<p><code>a`b</code></p>'],
    ['snake_case and 2 * 3', '<p>snake_case and 2 * 3</p>'],
    ['see [the page](https://a.exam', '<p>see the page</p>'],
    ['see **[the page](https://a.exam', '<p>see <strong>the page</strong></p>'],
    ['see ![a cat](https://a.exam', '<p>see a cat</p>'],
    ['Dear [Your name', '<p>Dear [Your name</p>'],
    ['so \\(x + y', '<p>so <math>x + y</math></p>'],
    ['so $$x + y', '<p>so <math display="block">x + y</math></p>'],
    ['costs $5', '<p>costs $5</p>'],
    ['a line\n-', '<p>a line</p>'],
    ['a line\n==', '<p>a line</p>'],
    ['a line\n``', '<p>a line</p>'],
    ['- [ ', '<ul>\n<li></li>\n</ul>'],
    ['[a]:', ''],
    ['```pyt', '<pre><code></code></pre>'],
    ['```python\nx\n``', '<pre><code class="language-python">x\n</code></pre>'],
    ['| a | b', '<table><tr><th>a</th><th>b</th></tr></table>'],
    ['| a | b |\n|-', '<table><tr><th>a</th><th>b</th></tr></table>'],
    ['| a |\n|---|\n| **b', '<table><tr><th>a</th></tr><tr><td><strong>b</strong></td></tr></table>'],
    ['# A **b', '<h1>A <strong>b</strong></h1>'],
    ['> - `a', '<blockquote>\n<ul>\n<li><code>a</code></li>\n</ul>\n</blockquote>'],
    ['**a\n\nb', '<p>**a</p>\n<p>b</p>'],
    ['42', '<p>42</p>'],
  ])('%j', (markdown, expected) => {
    expect(shown(markdown)).toBe(expected);
  });

  it('never shows a mark or an address of what is not closed yet', () => {
    const answer = 'Some **bold *and* so** `code` then [a page](https://a.example/x) with ~~no~~ \\(x\\) ends';
    for (let end = 0; end <= answer.length; end++)
      expect(shown(answer.slice(0, end))).not.toMatch(/\*|`|~~|https:[^"]*$|\]\(|\\/);
  });

  it('is shown as it is written once nothing more comes', () => {
    const answer = new MarkdownDocument();
    answer.update('a **bo', true);
    expect(toHtml(answer.update('a **bo'))).toBe('<p>a **bo</p>\n');
  });
});
