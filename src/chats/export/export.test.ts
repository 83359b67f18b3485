import { createHash } from 'node:crypto';
import type { Nodes } from 'mdast';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { NAMES } from '../../../e2e/payloads.ts';
import { parse } from '../../markdown/parse.ts';
import { baseLocale, overwriteGetLocale } from '../../paraglide/runtime.js';
import type { AnswerRecord } from '../chat.ts';
import { attachment, chat, message } from '../testing/samples.ts';
import type { WholeChat } from '../whole-chat.ts';
import { exportAll, exportChat } from './export-file.ts';
import { FileNames, safeFileName } from './file-names.ts';
import { escapeHtml, toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';

const NOW = Date.UTC(2026, 10, 21, 20, 6);
const answer = { model: { name: 'Qwen_3 *tiny*', sha256: null, quantization: 'Q4_0' } } as unknown as AnswerRecord;

/** A question with two answers, the second of which is shown. */
const BOATS: WholeChat = {
  chat: chat('boats', { title: 'Boats # and <sails>', leafId: '3' }),
  messages: [
    message('1', null, { content: 'What floats?\n', createdAt: NOW }),
    message('2', '1', { role: 'assistant', content: 'Lead.', createdAt: NOW + 60_000, answer }),
    message('3', '1', {
      role: 'assistant',
      content: '**Wood.**',
      thinking: { text: 'Lead?\n\nNo.', ms: 5 },
      createdAt: NOW + 120_000,
      answer,
    }),
  ],
};

/** A full address is a link wherever it stands, and says where it leads. */
const HARMLESS = ['heading', 'paragraph', 'emphasis', 'text', 'link'];

function kindsIn(node: Nodes): string[] {
  return [node.type, ...('children' in node ? node.children.flatMap(kindsIn) : [])];
}

afterEach(() => {
  overwriteGetLocale(() => baseLocale);
});

describe('Markdown', () => {
  it('has the branch that is shown, with who, when, and thoughts as a quote', () => {
    expect(toMarkdown(BOATS, { thinking: true })).toBe(`# Boats \\# and \\<sails\\>

## You, 2026-11-21 20:06 UTC

What floats?

## Qwen\\_3 \\*tiny\\*, 2026-11-21 20:08 UTC

> **Thinking**
>
> Lead?
>
> No.

**Wood.**
`);
  });

  it('lets no name be more than text in its heading', () => {
    for (const name of NAMES) {
      const whole: WholeChat = {
        chat: chat('c', { title: name, leafId: '1' }),
        messages: [
          message('1', null, {
            role: 'assistant',
            content: 'x',
            attachments: [attachment(name, 'x')],
            answer: { ...answer, model: { ...answer.model, name } },
          }),
        ],
      };
      const { children } = parse(toMarkdown(whole, { thinking: true }));
      expect(
        children.map(({ type }) => type),
        name,
      ).toEqual(['heading', 'heading', 'paragraph', 'paragraph']);
      expect(
        children
          .slice(0, 3)
          .flatMap(kindsIn)
          .filter((kind) => !HARMLESS.includes(kind)),
        name,
      ).toEqual([]);
    }
  });

  it('leaves thoughts out by choice', () => {
    expect(toMarkdown(BOATS, { thinking: false })).not.toContain('Lead');
  });
});

describe('HTML', () => {
  it('has the policy that allows its own style and nothing else', () => {
    const html = toHtml(BOATS, { thinking: true });
    const style = /<style>(.*?)<\/style>/su.exec(html)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).toContain('<h1 dir="auto">Boats # and &lt;sails&gt;</h1>');
    expect(html).toContain('<details><summary>Thinking</summary><div class="text" dir="auto">Lead?\n\nNo.</div>');
    expect(html).not.toMatch(/<script|https?:|src=|href=/u);
  });

  it('is in the language of the page, and says which', () => {
    overwriteGetLocale(() => 'de');
    const html = toHtml(BOATS, { thinking: true });
    expect(html).toContain('<html lang="de">');
    expect(html).toContain('<h2>Sie <time>2026-11-21 20:06 UTC</time></h2>');
    expect(html).toContain('<summary>Nachdenken</summary>');
  });

  it('escapes every sign that begins or ends markup', () => {
    expect(escapeHtml(`<a href="x" b='c'>&amp;\`\0\uD800`)).toBe(
      '&lt;a href=&quot;x&quot; b=&#39;c&#39;&gt;&amp;amp;&#96;\uFFFD\uFFFD',
    );
  });

  it('lets no text get markup in, wherever it stands', () => {
    const tags = (html: string): string[] => html.match(/<[^>]*>?/gu) ?? [];
    const bits = [
      '<script>',
      '</title>',
      '</style>',
      '-->',
      '<!--',
      '"',
      "'",
      '&',
      '<img src=x onerror=alert(1)>',
      '\0',
    ];
    const text = fc
      .array(fc.oneof(fc.constantFrom(...bits), fc.string({ unit: 'binary' })), { maxLength: 6 })
      .map((parts) => parts.join(''));
    const whole = (title: string, content: string, thought: string, name: string): WholeChat => ({
      chat: chat('c', { title, firstLine: 'x', leafId: '1' }),
      messages: [
        message('1', null, {
          role: 'assistant',
          content,
          thinking: { text: thought, ms: null },
          answer: { ...answer, model: { ...answer.model, name } },
        }),
      ],
    });
    const expected = tags(toHtml(whole('x', 'x', 'x', 'x'), { thinking: true }));
    fc.assert(
      fc.property(text, text, text, text, (...texts) => {
        expect(tags(toHtml(whole(...texts), { thinking: true }))).toEqual(expected);
      }),
    );
  });
});

describe('names of files', () => {
  it.each([
    ['A/B\\C: "d"? <e>|*', 'A B C d e'],
    ['../../etc/passwd', 'etc passwd'],
    ['...', 'chat'],
    ['', 'chat'],
    ['nul.txt', 'nul chat'],
    ['COM1', 'COM1 chat'],
    ['con .md', 'con chat'],
    ['lpt²', 'lpt² chat'],
    ['-rf *', 'rf'],
    ['not\uFFFEa\u{1FFFF}character', 'not a character'],
    ['🏯'.repeat(80), '🏯'.repeat(50)],
    ['evil\u202Egpj.exe', 'evil gpj.exe'],
    ['Zürich, 東京 🏯', 'Zürich, 東京 🏯'],
    ['x'.repeat(300), 'x'.repeat(80)],
  ])('%j becomes %j', (text, name) => {
    expect(safeFileName(text)).toBe(name);
  });

  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(...NAMES),
    fc
      .array(fc.constantFrom('con', 'NUL', 'Com1', '.', ' ', '-', '..', '/', '\u202E', '\uD800', '😀', 'ß'))
      .map((parts) => parts.join('')),
  );

  it('are safe for any text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const name = safeFileName(text);
        expect(name).toMatch(/^[^\p{Cc}\\/:*?"<>|.\s-][^\p{Cc}\\/:*?"<>|]*$/u);
        expect(name).not.toMatch(/[\s.]$|[\p{Cf}\p{Cs}]/u);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/iu);
        // With a number and an ending behind it.
        expect(new TextEncoder().encode(`${name} (12345).presets.json`).length).toBeLessThanOrEqual(255);
        expect(safeFileName(name)).toBe(name);
      }),
    );
  });

  it('in a zip are different for all hostile ones, whatever their case', () => {
    const names = new FileNames();
    const taken = NAMES.map((name) => names.take(name, 'md').toLowerCase().normalize('NFC'));
    expect(new Set(taken).size).toBe(NAMES.length);
  });

  it('are given once, whatever their case', () => {
    const names = new FileNames();
    expect(['Boats', 'boats', 'BOATS'].map((name) => names.take(name, 'md'))).toEqual([
      'Boats.md',
      'boats (2).md',
      'BOATS (3).md',
    ]);
  });
});

describe('a file', () => {
  it('of one chat as JSON has every branch and every record', async () => {
    const file = exportChat(BOATS, 'json', { thinking: false }, NOW);
    expect(file.name).toBe('Boats # and sails.json');
    expect(JSON.parse(await file.text())).toEqual({
      format: 'freehold-chats',
      version: 1,
      exportedAt: '2026-11-21T20:06:00.000Z',
      folders: [],
      chats: [{ ...BOATS.chat, messages: BOATS.messages }],
    });
  });

  it('of all chats for reading is a zip of one file each', async () => {
    const file = await exportAll({ folders: [], chats: [BOATS, BOATS] }, 'html', { thinking: true }, NOW);
    expect(file.name).toBe('freehold chats 2026-11-21.zip');
    const entries = unzipSync(new Uint8Array(await file.arrayBuffer()));
    expect(Object.keys(entries)).toEqual(['Boats # and sails.html', 'Boats # and sails (2).html']);
    expect(strFromU8(entries['Boats # and sails.html']!)).toBe(toHtml(BOATS, { thinking: true }));
  });
});
