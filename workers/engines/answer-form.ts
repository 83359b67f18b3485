/**
 * An answer held to a form: which tokens may come next. The form holds for the answer, not for a thought before it: while
 * the model thinks, everything may come but the end of the turn.
 */
import type { AnswerFormat } from '../protocol/engine.ts';
import type { Grammar, GrammarTokens, TokenMask } from '../sample/grammar.ts';
import { MarkScanner } from '../text/mark-scanner.ts';
import { TextStream } from '../text/text-stream.ts';
import { CHANNEL_MARKS, endsInThought, type ThinkingFormat, type ThinkingMarks } from '../text/thinking-format.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/** What forms need to know of a model's tokens; `vocabularySize` is that of its logits. */
export function grammarTokens(tokenizer: Tokenizer, vocabularySize: number): GrammarTokens {
  const tokens = Array.from({ length: tokenizer.vocabularySize }, (_, id) =>
    // What ends a turn ends the form, whatever else it may stand for.
    tokenizer.endIds.has(id) ? new Uint8Array() : tokenizer.tokenBytes(id),
  );
  const ends = new Uint32Array(tokens.length);
  let length = 0;
  for (const [id, { length: own }] of tokens.entries()) ends[id] = length += own;
  const bytes = new Uint8Array(length);
  for (const [id, token] of tokens.entries()) bytes.set(token, ends[id]! - token.length);
  return { bytes, ends, vocabularySize, endIds: [...tokenizer.endIds] };
}

/** What an answer needs to know of its model. */
export interface FormModel {
  readonly tokenizer: Tokenizer;
  /** How it marks thoughts; `null` if it has none, or if they are part of the answer. */
  readonly marks: ThinkingMarks | null;
  /** Rows of logits. */
  readonly vocabularySize: number;
  /** Puts what may come next on the GPU, for the steps that draw. */
  readonly writeMask: (mask: Uint32Array<ArrayBuffer>) => void;
}

/** The form of one answer. */
export class AnswerForm {
  readonly #grammar: Grammar;
  readonly #thought: ThoughtWatch;
  /** All tokens but those that end a turn. */
  readonly #thinking: Uint32Array<ArrayBuffer>;
  readonly #writeMask: FormModel['writeMask'];
  #mask: TokenMask = null;

  private constructor(grammar: Grammar, thought: ThoughtWatch, { tokenizer, vocabularySize, writeMask }: FormModel) {
    this.#writeMask = writeMask;
    this.#grammar = grammar;
    this.#thought = thought;
    this.#thinking = new Uint32Array(Math.ceil(vocabularySize / 32));
    for (let id = 0; id < tokenizer.vocabularySize; id++) allow(this.#thinking, id);
    for (const id of tokenizer.endIds) this.#thinking[id >>> 5]! &= ~(1 << (id & 31));
  }

  /**
   * Begins an answer to this prompt, `thinks` if the model may begin with a thought, behind what it has said already.
   * Rejects with `SettingInvalid` where the form cannot be held, or where that does not fit it.
   */
  static async begin(
    grammar: Grammar,
    format: AnswerFormat,
    model: FormModel,
    promptIds: readonly number[],
    said: readonly number[],
    thinks: boolean,
  ): Promise<AnswerForm> {
    const form = new AnswerForm(grammar, new ThoughtWatch(model, promptIds, thinks), model);
    form.#mask = await grammar.begin(format);
    const held = said.filter((id) => form.#thought.push(id) === 'answer');
    if (held.length > 0) form.#mask = await grammar.accept(held);
    return form;
  }

  /** Which tokens may come next; `null` where the answer is complete. */
  get mask(): TokenMask {
    const { state, openId } = this.#thought;
    if (state === 'thought') return this.#thinking;
    if (openId === null || this.#mask === null) return this.#mask;
    const mask = this.#mask.slice();
    allow(mask, openId);
    return mask;
  }

  /** Puts what may come next on the GPU; false where the answer is complete. */
  writeMask(): boolean {
    const { mask } = this;
    if (mask !== null) this.#writeMask(mask);
    return mask !== null;
  }

  /** The next token. */
  async accept(id: number): Promise<void> {
    if (this.#thought.push(id) === 'answer') this.#mask = await this.#grammar.accept([id]);
  }
}

function allow(mask: Uint32Array, id: number): void {
  mask[id >>> 5]! |= 1 << (id & 31);
}

/** Follows an answer's ids up to where the thought has ended, if there is one. */
class ThoughtWatch {
  state: 'thought' | 'answer';
  /** The token that may open a thought in place of the answer's first one. */
  openId: number | null = null;
  readonly #tokenizer: Tokenizer;
  readonly #marks: ThinkingMarks | null;
  readonly #stream = new TextStream();
  readonly #scanner: MarkScanner;
  /** The name of a channel, while it is read. */
  #channel = '';

  constructor({ tokenizer, marks }: FormModel, promptIds: readonly number[], thinks: boolean) {
    this.#tokenizer = tokenizer;
    this.#marks = marks;
    this.#scanner = new MarkScanner(marks === null ? [] : endMarks(marks.format));
    // In channels the answer stands in one of its own, so something comes before it always.
    const begun = marks !== null && (marks.format.kind === 'channels' || endsInThought(marks, promptIds, tokenizer));
    this.state = begun ? 'thought' : 'answer';
    if (!begun && thinks && marks?.format.kind === 'tags') {
      const { open } = marks.format;
      for (const [id, bytes] of marks.bytesOf) if (new TextDecoder().decode(bytes) === open) this.openId = id;
    }
  }

  /** Takes an id; says what it is part of. */
  push(id: number): 'thought' | 'answer' {
    if (this.state === 'answer') {
      if (id === this.openId) this.state = 'thought';
      this.openId = null;
      return this.state;
    }
    const bytes = this.#marks?.bytesOf.get(id) ?? this.#tokenizer.tokenBytes(id);
    for (const { kind, text } of this.#scanner.push(this.#stream.push(bytes))) {
      if (kind === 'mark' ? this.#endsAt(text) : false) this.state = 'answer';
      if (kind === 'text') this.#channel += text;
    }
    return 'thought';
  }

  #endsAt(mark: string): boolean {
    if (this.#marks?.format.kind === 'tags') return true;
    if (mark === '<|message|>') return this.#channel.trim().split(/\s/)[0] === 'final';
    this.#channel = '';
    return false;
  }
}

function endMarks(format: ThinkingFormat): readonly string[] {
  return format.kind === 'tags' ? [format.close] : CHANNEL_MARKS;
}
