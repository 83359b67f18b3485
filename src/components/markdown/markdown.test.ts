/** What the components make of an answer, drawn without a browser; `e2e/markdown.spec.ts` sees to the rest. */
import { render } from 'svelte/server';
import { expect, it } from 'vitest';
import Prose from '../Prose.svelte';
import Markdown from './Markdown.svelte';

/** The elements and texts of an answer, without what only the styles need. */
function draw(text: string): string {
  return render(Markdown, { props: { text } })
    .body.replace(/<!--.*?-->/g, '')
    .replace(/ class="[^"]*"/g, '');
}

it('names images and shows raw HTML, neither of which becomes an element', () => {
  expect(draw('![a cat](https://a.example/b.png) <img src=x onerror=y>')).toContain(
    '<span role="link" tabindex="0" aria-haspopup="dialog">image: a cat</span> &lt;img src=x onerror=y>',
  );
  expect(draw('[![a cat](https://a.example/b.png)](https://a.example/)').match(/role="link"/g)).toHaveLength(1);
  expect(draw('<b>\n\n[a](javascript:b)')).toMatch(/&lt;b>.*<p dir="auto">a *<span> \(javascript:b\)<\/span><\/p>/s);
});

it('labels tasks, heads columns, and gives a list its first number', () => {
  expect(draw('- [x] a')).toMatch(/<input type="checkbox" disabled[^>]* checked[^>]* aria-label="Done"\/>/);
  expect(draw('- [ ] a')).toContain('aria-label="To do"');
  expect(draw('| a |\n|---|\n| b |')).toMatch(/<table dir="auto">.*<th scope="col">a<\/th>.*<td>b<\/td>/s);
  expect(draw('3. a')).toContain('<ol start="3" dir="auto">');
});

it('begins the outline below the page’s own heading', () => {
  expect(draw('### a\n\n#### b')).toMatch(/<h2 dir="auto">a<\/h2>.*<h3 dir="auto">b<\/h3>/s);
});

it('shows the source where that is asked for, and until the rest is there', () => {
  const body = (raw: boolean) => render(Prose, { props: { text: '\n **a**', raw } }).body;
  expect(body(true)).toContain('\n **a**</p>');
  expect(body(false)).toContain('> **a**</p>');
});
