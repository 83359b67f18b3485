/**
 * An answer's ids on their way to text: whole code points only, thoughts apart from the answer, nothing that may still
 * become a stop string. Stop strings count in the answer, not in thoughts.
 */
import { type AnswerPiece, createAnswerSplitter } from '../text/answer-splitter.ts';
import { StopStrings } from '../text/stop-strings.ts';
import { TextStream } from '../text/text-stream.ts';
import { endsInThought, type ThinkingMarks } from '../text/thinking-format.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/** Collects one answer. */
export class AnswerText {
  readonly #tokenizer: Tokenizer;
  readonly #thinking: ThinkingMarks | null;
  readonly #stream = new TextStream();
  readonly #splitter;
  readonly #stops: StopStrings;
  readonly #whole = { text: '', thinking: '' };
  #written = '';
  #stopped = false;

  /** @param thinking how the model marks thoughts, or `null` to leave them where they stand */
  constructor(
    tokenizer: Tokenizer,
    stopStrings: readonly string[],
    thinking: ThinkingMarks | null = null,
    promptIds: readonly number[] = [],
  ) {
    this.#tokenizer = tokenizer;
    this.#thinking = thinking;
    this.#splitter = thinking && createAnswerSplitter(thinking.format, endsInThought(thinking, promptIds, tokenizer));
    this.#stops = new StopStrings(stopStrings);
  }

  /** What may be shown of the answer so far. */
  get whole(): string {
    return this.#whole.text;
  }

  /** The thoughts so far. */
  get thinking(): string {
    return this.#whole.thinking;
  }

  /** Whether a stop string was met; it and what follows are not part of the text. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether the answer is all that was written: no thought, no mark and no stop string was taken out. */
  get isVerbatim(): boolean {
    return this.#written === this.#whole.text;
  }

  /** Takes one id; returns what may be shown now, often nothing. */
  push(id: number): AnswerPiece[] {
    const bytes = this.#thinking?.bytesOf.get(id) ?? this.#tokenizer.tokenBytes(id);
    return this.#take(this.#stream.push(bytes), false);
  }

  /** The rest that was held back. */
  finish(): AnswerPiece[] {
    if (this.#stopped) return [];
    const pieces = this.#take(this.#stream.flush(), true);
    if (this.#stopped) return pieces;
    const held = this.#stops.flush();
    if (held === '') return pieces;
    this.#whole.text += held;
    return [...pieces, { kind: 'text', text: held }];
  }

  #take(text: string, isLast: boolean): AnswerPiece[] {
    this.#written += text;
    const split = this.#splitter;
    const pieces = split ? [...split.push(text), ...(isLast ? split.flush() : [])] : [{ kind: 'text', text } as const];
    const shown: AnswerPiece[] = [];
    for (const piece of pieces) {
      const checked = piece.kind === 'text' ? this.#check(piece.text) : piece.text;
      if (checked === '') continue;
      this.#whole[piece.kind] += checked;
      shown.push({ kind: piece.kind, text: checked });
      if (this.#stopped) break;
    }
    return shown;
  }

  #check(piece: string): string {
    const { text, stopped } = this.#stops.push(piece);
    this.#stopped = stopped;
    return text;
  }
}
