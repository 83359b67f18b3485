/**
 * A chat as one HTML file: the branch that is shown. It needs nothing from anywhere, has no scripts, and says so in a policy
 * of its own. Everything from the chat is text: its Markdown stays as it was written.
 */
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';
import type { Message } from '../chat.ts';
import { chatName } from '../title.ts';
import type { WholeChat } from '../whole-chat.ts';
import { type ReadingOptions, shownBranch, speaker, timeText } from './shown.ts';

const STYLE =
  ':root{color-scheme:light dark}body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.55 system-ui,sans-serif}' +
  'article{margin:1.6rem 0;padding-top:.8rem;border-top:1px solid #8886}h2{margin:0;font-size:1rem}time{font-weight:400;' +
  'opacity:.7}.text{margin-top:.4rem;white-space:pre-wrap;overflow-wrap:anywhere}details{margin-top:.5rem;opacity:.8}';

/** SHA-256 of the style, in Base64, as the policy names it; a test computes it anew. */
const STYLE_SHA256 = 'oscNXdLZ7xmXokBcPmIM9axMvXXg7sIewUc4QsN6i1w=';

/** The policy of an exported file: its own style and nothing else. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_SHA256}'; base-uri 'none'; form-action 'none'`;

/** The chat as one HTML document in UTF-8. */
export function toHtml(whole: WholeChat, { thinking }: ReadingOptions): string {
  const title = escapeHtml(chatName(whole.chat));
  const articles = shownBranch(whole).map((message) => article(message, thinking));
  return `<!doctype html>
<html lang="${getLocale()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1 dir="auto">${title}</h1>
${articles.join('\n')}
</body>
</html>
`;
}

function article(message: Message, withThinking: boolean): string {
  const time = timeText(message.createdAt);
  const when = time === '' ? '' : ` <time>${time}</time>`;
  const thought =
    withThinking && message.thinking !== undefined
      ? `<details><summary>${escapeHtml(m.message_thinking())}</summary><div class="text" dir="auto">${escapeHtml(message.thinking.text)}</div></details>`
      : '';
  const attached = (message.attachments ?? [])
    .map(({ name }) => `<div class="text"><em>${escapeHtml(m.chats_attached({ name }))}</em></div>`)
    .join('');
  return `<article><h2>${escapeHtml(speaker(message))}${when}</h2>${thought}${attached}<div class="text" dir="auto">${escapeHtml(message.content)}</div></article>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text that no HTML parser reads markup in. Control characters, which HTML has no place for, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"'`]/gu, (sign) => ENTITIES[sign]!)
    .replace(/[^\P{Cc}\t\n\r]/gu, '\uFFFD');
}
