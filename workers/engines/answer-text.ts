/**
 * An answer's ids on their way to text: whole code points only, thoughts apart from the answer, nothing that may still
 * become a stop string. Stop strings count in the answer, not in thoughts, and not in what it begins with already.
 */
import { type AnswerPiece, createAnswerSplitter } from '../text/answer-splitter.ts';
import { StopStrings } from '../text/stop-strings.ts';
import { TextStream } from '../text/text-stream.ts';
import { endsInThought, type ThinkingMarks } from '../text/thinking-format.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/** Collects one answer. */
export class AnswerText {
  /** An answer of the same kind, still empty. */
  readonly #another: () => AnswerText;
  readonly #tokenizer: Tokenizer;
  readonly #thinking: ThinkingMarks | null;
  readonly #stream = new TextStream();
  readonly #splitter;
  readonly #stops: StopStrings;
  readonly #whole = { text: '', thinking: '' };
  /** What a page shows already though it was held back here. */
  readonly #known = { text: '', thinking: '' };
  #written = '';
  #stopped = false;
  #begins = false;
  #thinkingTokens = 0;
  /** Tokens since one that brought something out. */
  #silentTokens = 0;

  /** @param thinking how the model marks thoughts, or `null` to leave them where they stand */
  constructor(
    tokenizer: Tokenizer,
    stopStrings: readonly string[],
    thinking: ThinkingMarks | null = null,
    promptIds: readonly number[] = [],
  ) {
    this.#another = () => new AnswerText(tokenizer, stopStrings, thinking, promptIds);
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

  /** How many tokens were thoughts: each counts to what it brought out, or else to what comes out next. */
  get thinkingTokens(): number {
    return this.#thinkingTokens;
  }

  /** UTF-16 units of all that was written so far, thoughts, marks and stop strings included. */
  get writtenUnits(): number {
    return this.#written.length;
  }

  /** Whether a stop string was met; it and what follows are not part of the text. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether the answer is all that was written: no thought, no mark and no stop string was taken out. */
  get isVerbatim(): boolean {
    return this.#written === this.#whole.text;
  }

  /**
   * Takes what the answer begins with. A page shows that already, with spaces that were left out at its end: what may
   * be shown later leaves out as much of it.
   */
  begin(ids: readonly number[], leftOut: string): void {
    this.#pass(ids);
    const ended = this.#another();
    ended.#pass(ids);
    for (const { kind, text } of ended.finish()) this.#known[kind] += text;
    this.#known[ended.whole === '' && ended.thinking !== '' ? 'thinking' : 'text'] += leftOut;
  }

  /** Takes one id; returns what may be shown now, often nothing. */
  push(id: number): AnswerPiece[] {
    const bytes = this.#thinking?.bytesOf.get(id) ?? this.#tokenizer.tokenBytes(id);
    const pieces = this.#take(this.#stream.push(bytes), false);
    this.#count(1, pieces);
    return this.#news(pieces);
  }

  /** The rest that was held back. */
  finish(): AnswerPiece[] {
    if (this.#stopped) return [];
    const pieces = this.#take(this.#stream.flush(), true);
    const held = this.#stopped ? '' : this.#stops.flush();
    this.#whole.text += held;
    const all: AnswerPiece[] = held === '' ? pieces : [...pieces, { kind: 'text', text: held }];
    this.#count(0, all);
    return this.#news(all);
  }

  #pass(ids: readonly number[]): void {
    this.#begins = true;
    for (const id of ids) this.push(id);
    this.#begins = false;
  }

  #count(tokens: number, pieces: readonly AnswerPiece[]): void {
    this.#silentTokens += tokens;
    const first = pieces[0];
    if (first === undefined) return;
    if (first.kind === 'thinking') this.#thinkingTokens += this.#silentTokens;
    this.#silentTokens = 0;
  }

  #news(pieces: readonly AnswerPiece[]): AnswerPiece[] {
    const news: AnswerPiece[] = [];
    for (const { kind, text } of pieces) {
      const known = this.#known[kind];
      let same = 0;
      while (same < known.length && same < text.length && known[same] === text[same]) same += 1;
      this.#known[kind] = same === text.length ? known.slice(same) : '';
      if (same < text.length) news.push({ kind, text: text.slice(same) });
    }
    return news;
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
    if (this.#begins) return this.#stops.pass(piece);
    const { text, stopped } = this.#stops.push(piece);
    this.#stopped = stopped;
    return text;
  }
}
