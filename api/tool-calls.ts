/**
 * Finds calls of tools in what a model writes, while it is written: JSON between `<tool_call>` and `</tool_call>`, as Hermes,
 * Qwen2.5, Qwen3 and their kin write it. What is no call of that form stays text, letter by letter.
 *
 * Source of the form: the chat templates of these models.
 */
import type { ChatToolCall } from './chat-types.ts';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** A piece of an answer: text, or a whole call. */
export type AnswerPart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'call'; readonly call: ChatToolCall };

/** Splits one answer. */
export class ToolCallSplitter {
  /** Held back: it may become a mark, or is behind an open one. */
  #held = '';
  readonly #makeId: () => string;

  /** `makeId` names each call. */
  constructor(makeId: () => string) {
    this.#makeId = makeId;
  }

  /** Takes text; returns what is certain now. */
  push(text: string): AnswerPart[] {
    this.#held += text;
    const parts: AnswerPart[] = [];
    for (;;) {
      const open = this.#held.indexOf(OPEN);
      if (open < 0) {
        this.#give(this.#held.length - heldUnits(this.#held), parts);
        return parts;
      }
      this.#give(open, parts);
      const close = this.#held.indexOf(CLOSE);
      if (close < 0) return parts;
      const call = this.#call(this.#held.slice(OPEN.length, close));
      const end = close + CLOSE.length;
      if (call === null) this.#give(end, parts);
      else parts.push({ kind: 'call', call });
      if (call !== null) this.#held = this.#held.slice(end);
    }
  }

  /** The rest. A model may end its turn in place of the closing mark. */
  finish(): AnswerPart[] {
    const parts: AnswerPart[] = [];
    const call = this.#held.startsWith(OPEN) ? this.#call(this.#held.slice(OPEN.length)) : null;
    if (call === null) this.#give(this.#held.length, parts);
    else parts.push({ kind: 'call', call });
    this.#held = '';
    return parts;
  }

  #give(units: number, parts: AnswerPart[]): void {
    if (units > 0) parts.push({ kind: 'text', text: this.#held.slice(0, units) });
    this.#held = this.#held.slice(units);
  }

  #call(json: string): ChatToolCall | null {
    try {
      const { name, arguments: given = {} } = JSON.parse(json) as Record<string, unknown>;
      const isCall = typeof name === 'string' && typeof given === 'object' && given !== null && !Array.isArray(given);
      if (!isCall) return null;
      return { id: this.#makeId(), type: 'function', function: { name, arguments: JSON.stringify(given) } };
    } catch {
      return null;
    }
  }
}

/** How much of a text's end may be the beginning of the opening mark, in UTF-16 units. */
function heldUnits(text: string): number {
  for (let units = Math.min(OPEN.length - 1, text.length); units > 0; units--)
    if (OPEN.startsWith(text.slice(text.length - units))) return units;
  return 0;
}
