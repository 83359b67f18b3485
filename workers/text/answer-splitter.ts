/**
 * Parts a model's thoughts from its answer while both stream. How the stream is cut into pieces changes nothing.
 *
 * Between tags: a thought stands before the answer, so an opening tag counts only there, and the first closing tag ends the
 * thought; tags anywhere else are text (an answer may speak of them). A thought that is never closed is a thought to its end.
 * In channels (harmony): `analysis` is thought, every other channel is answer; what stands between parts is neither.
 * White space at the beginning of a thought, and of an answer behind one, is dropped.
 */
import { MarkScanner, type Scanned } from './mark-scanner.ts';
import { CHANNEL_MARKS, type ThinkingFormat } from './thinking-format.ts';

/** A stretch of what a model says. */
export interface AnswerPiece {
  readonly kind: 'thinking' | 'text';
  readonly text: string;
}

type Part = AnswerPiece['kind'];
type Tags = Extract<ThinkingFormat, { kind: 'tags' }>;

/** Collects pieces: drops space where a part begins, and sets later stretches of one part apart. */
class Pieces {
  #pieces: AnswerPiece[] = [];
  /** Whether the part that is open has no text yet. */
  #fresh = false;
  #gap: Record<Part, string> = { thinking: '', text: '' };
  #said: Record<Part, boolean> = { thinking: false, text: false };

  /** A part begins: space in front of it does not count. */
  begin(): void {
    this.#fresh = true;
    for (const part of ['thinking', 'text'] as const) if (this.#said[part]) this.#gap[part] = '\n\n';
  }

  get isFresh(): boolean {
    return this.#fresh;
  }

  add(kind: Part, text: string): void {
    const shown = this.#fresh ? text.trimStart() : text;
    if (shown === '') return;
    this.#pieces.push({ kind, text: this.#gap[kind] + shown });
    this.#fresh = false;
    this.#gap[kind] = '';
    this.#said[kind] = true;
  }

  take(): AnswerPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}

/** Reads one answer. */
export interface AnswerSplitter {
  /** Takes the next piece; gives what is decided by now. */
  push(piece: string): AnswerPiece[];
  /** Ends the answer: the rest that was held back. */
  flush(): AnswerPiece[];
}

class Splitter implements AnswerSplitter {
  readonly #scanner: MarkScanner;
  readonly #pieces: Pieces;
  readonly #onScanned: (scanned: Scanned) => void;
  readonly #onEnd: () => void;

  constructor(marks: readonly string[], pieces: Pieces, onScanned: (scanned: Scanned) => void, onEnd: () => void) {
    this.#scanner = new MarkScanner(marks);
    this.#pieces = pieces;
    this.#onScanned = onScanned;
    this.#onEnd = onEnd;
  }

  push(piece: string): AnswerPiece[] {
    this.#scanner.push(piece).forEach(this.#onScanned);
    return this.#pieces.take();
  }

  flush(): AnswerPiece[] {
    this.#scanner.flush().forEach(this.#onScanned);
    this.#onEnd();
    return this.#pieces.take();
  }
}

function splitTags({ open, close, wrappers }: Tags, opened: boolean): AnswerSplitter {
  const pieces = new Pieces();
  let state: 'start' | Part = opened ? 'thinking' : 'start';
  let thought = opened;
  /** Space before anything else: it goes with a thought, and stays with an answer. */
  let space = '';
  if (opened) pieces.begin();

  const onText = (text: string): void => {
    if (state === 'start') {
      space += text;
      if (space.trim() === '') return;
      state = 'text';
      pieces.add('text', space);
    } else pieces.add(state, text);
  };
  const onMark = (mark: string): void => {
    const isFirst = state === 'start' || (state === 'thinking' && pieces.isFresh);
    if (mark === open && isFirst) state = 'thinking';
    else if (mark === close && state !== 'text') state = 'text';
    else if (wrappers.includes(mark) && state === 'text' && thought) return;
    else {
      onText(mark);
      return;
    }
    thought = true;
    pieces.begin();
  };
  return new Splitter(
    [open, close, ...wrappers],
    pieces,
    ({ kind, text }) => (kind === 'mark' ? onMark : onText)(text),
    () => {
      if (state === 'start') pieces.add('text', space);
      space = '';
    },
  );
}

function splitChannels(): AnswerSplitter {
  const pieces = new Pieces();
  let state: 'outside' | 'header' | 'body' = 'body';
  let header = '';
  let part: Part = 'text';

  const onMark = (mark: string): void => {
    if (mark === '<|channel|>') {
      state = 'header';
      header = '';
    } else if (mark === '<|message|>') {
      // A header is the channel's name, and perhaps whom it is for.
      part = header.trim().split(/\s/)[0] === 'analysis' ? 'thinking' : 'text';
      state = 'body';
      header = '';
      pieces.begin();
    } else if (mark !== '<|constrain|>') state = 'outside';
  };
  const onText = (text: string): void => {
    if (state === 'header') header += text;
    else if (state === 'body') pieces.add(part, text);
  };
  return new Splitter(
    CHANNEL_MARKS,
    pieces,
    ({ kind, text }) => (kind === 'mark' ? onMark : onText)(text),
    () => undefined,
  );
}

/** A reader for an answer in this format; `opened` where the prompt ends inside a thought already. */
export function createAnswerSplitter(format: ThinkingFormat, opened: boolean): AnswerSplitter {
  return format.kind === 'tags' ? splitTags(format, opened) : splitChannels();
}
