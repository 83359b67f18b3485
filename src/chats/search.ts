/**
 * Search in everything that was said, and in the names of chats. The index lives in memory, made when it is first asked for,
 * and follows what is kept by comparing.
 */
import MiniSearch from 'minisearch';
import type { Chat, Message } from './chat.ts';
import { chatName } from './title.ts';

/** A piece of a found text; `hit` where it is what was looked for. */
export interface SnippetPart {
  readonly text: string;
  readonly hit: boolean;
}

/** A chat in which something was found. */
export interface SearchHit {
  readonly chatId: string;
  /** The message that fits best; `null` where only the chat's name fits. */
  readonly messageId: string | null;
  readonly snippet: readonly SnippetPart[];
  /** How many messages of the chat fit. */
  readonly count: number;
}

interface Document {
  readonly id: string;
  readonly chatId: string;
  readonly messageId: string | null;
  readonly name: string;
  readonly text: string;
}

const MOST_HITS = 50;
/** Added in pieces of this many, so that the page stays alive while it is made. */
const CHUNK = 200;
const SNIPPET_BEFORE = 30;
const SNIPPET_AFTER = 90;

/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const BETWEEN_WORDS = /[\s\p{P}\p{S}]+/u;

/** The search as an index of its own. */
export class ChatSearch {
  readonly #index = new MiniSearch<Document>({
    fields: ['name', 'text'],
    tokenize: words,
    processTerm: plain,
    searchOptions: {
      boost: { name: 2 },
      prefix: true,
      combineWith: 'AND',
      fuzzy: (term) => (term.length > 5 ? 0.15 : false),
    },
  });
  readonly #documents = new Map<string, Document>();

  /** Brings the index up to what is kept. */
  async follow(chats: readonly Chat[], messages: readonly Message[]): Promise<void> {
    const wanted = new Map<string, Document>();
    for (const chat of chats) {
      const id = `chat ${chat.id}`;
      wanted.set(id, { id, chatId: chat.id, messageId: null, name: chatName(chat), text: '' });
    }
    for (const { id, chatId, content, attachments = [] } of messages) {
      const text = [content, ...attachments.flatMap(({ name, text }) => [name, text])].join('\n');
      wanted.set(id, { id, chatId, messageId: id, name: '', text });
    }
    for (const [id, { name, text }] of this.#documents) {
      const now = wanted.get(id);
      if (now?.name === name && now.text === text) wanted.delete(id);
      else {
        this.#index.discard(id);
        this.#documents.delete(id);
      }
    }
    const added = [...wanted.values()];
    for (const document of added) this.#documents.set(document.id, document);
    await this.#index.addAllAsync(added, { chunkSize: CHUNK });
  }

  /** The chats that fit best, best first; at most 50. Every word must be there, the last one perhaps only begun. */
  find(query: string): SearchHit[] {
    const hits = new Map<string, { best: Document; terms: readonly string[]; count: number }>();
    for (const { id, terms } of this.#index.search(query)) {
      const document = this.#documents.get(id as string)!;
      const hit = hits.get(document.chatId);
      if (hit === undefined) {
        if (hits.size === MOST_HITS) continue;
        hits.set(document.chatId, { best: document, terms, count: document.messageId === null ? 0 : 1 });
      } else if (document.messageId !== null) {
        // A message shows more than the chat's name does.
        if (hit.best.messageId === null) hits.set(document.chatId, { best: document, terms, count: 1 });
        else hit.count++;
      }
    }
    return [...hits].map(([chatId, { best, terms, count }]) => ({
      chatId,
      messageId: best.messageId,
      snippet: snippetOf(best.messageId === null ? best.name : best.text, terms),
      count,
    }));
  }
}

/** The words of a text. */
function words(text: string): string[] {
  if (!UNSPACED.test(text)) return text.split(BETWEEN_WORDS).filter((word) => word !== '');
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  return [...segmenter.segment(text)].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}

/** A word without case and accents. */
function plain(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The text around the first of the terms, on one line, cut where it is long. */
export function snippetOf(text: string, terms: readonly string[]): SnippetPart[] {
  const line = text.replace(/\s+/g, ' ').trim();
  const found = wordsAt(line).filter(({ word }) => terms.includes(plain(word)));
  const first = found[0]?.start ?? 0;
  const from = first <= SNIPPET_BEFORE ? 0 : line.indexOf(' ', first - SNIPPET_BEFORE) + 1 || first;
  const to = Math.min(line.length, first + SNIPPET_AFTER);
  const parts: SnippetPart[] = [];
  let at = from;
  for (const { start, word } of found) {
    if (start < at || start + word.length > to) continue;
    if (start > at) parts.push({ text: line.slice(at, start), hit: false });
    parts.push({ text: word, hit: true });
    at = start + word.length;
  }
  if (at < to) parts.push({ text: line.slice(at, to), hit: false });
  if (from > 0) parts.unshift({ text: '…', hit: false });
  if (to < line.length) parts.push({ text: '…', hit: false });
  return parts;
}

function wordsAt(line: string): { word: string; start: number }[] {
  let at = 0;
  return words(line).map((word) => {
    const start = line.indexOf(word, at);
    at = start + word.length;
    return { word, start };
  });
}
