/**
 * Maths as models write it: `$x$` and `\(x\)` in a line, `$$x$$` and `\[x\]` displayed, either within a paragraph or as a
 * block of its own. Says where maths is and never what it means. A lone amount of money stays text:
 * - A single dollar opens only before, and closes only after, something other than a space, and what closes has no digit
 *   behind it (Pandoc's rule, manual section "Math"). Nor does one open behind a letter or a digit, as in `US$3`. The next
 *   dollar closes or ends the attempt.
 * - It does not cross a line.
 * A block begins at `$$` or `\[`. With nothing else on that line it ends at a line that ends with the closing mark, or with
 * the text, as a code fence does. With something else it closes on that line, or opens a `\begin{` and then goes on to a
 * closing mark or an empty line. All of that is decided within the line, so no later line changes what an earlier one was.
 * `maths-tree.ts` makes nodes of the tokens.
 */
import { type Code, type Construct, type Effects, endsLine, isSpace, type State } from './syntax.ts';
import type { SyntaxExtension, TokenizeContext } from './syntax.ts';

declare module 'micromark-util-types' {
  interface TokenTypeMap {
    mathsBlock: 'mathsBlock';
    mathsText: 'mathsText';
    mathsMark: 'mathsMark';
    mathsClosingMark: 'mathsClosingMark';
    mathsData: 'mathsData';
  }
}

const DOLLAR = 36;
const BACKSLASH = 92;
/** What closes what a backslash opens. */
const BRACKETS = new Map<Code, number>([
  [40, 41], // ( )
  [91, 93], // [ ]
]);

/** The syntax of maths. */
export function mathsSyntax(): SyntaxExtension {
  const text: Construct = { name: 'mathsText', tokenize: tokenizeText };
  const flow: Construct = { name: 'mathsBlock', tokenize: tokenizeBlock, concrete: true };
  return { text: { [DOLLAR]: text, [BACKSLASH]: text }, flow: { [DOLLAR]: flow, [BACKSLASH]: flow } };
}

/** An opening mark. */
interface Mark {
  /** The last character of what closes it. */
  readonly close: number;
  /** How many characters close it: `$` is 1, the others 2. */
  readonly size: number;
}

/** Takes an opening mark as a token, then goes on as `then` says. */
function openingMark(effects: Effects, nok: State, then: (mark: Mark) => State): State {
  let dollars = 0;
  return (code) => {
    effects.enter('mathsMark');
    effects.consume(code);
    if (code === BACKSLASH) return bracket;
    dollars = 1;
    return moreDollars;
  };
  function bracket(code: Code): State | undefined {
    const close = BRACKETS.get(code);
    if (close === undefined) return nok(code);
    effects.consume(code);
    effects.exit('mathsMark');
    return then({ close, size: 2 });
  }
  function moreDollars(code: Code): State | undefined {
    if (code === DOLLAR && dollars === 2) return nok(code);
    if (code === DOLLAR) {
      dollars++;
      effects.consume(code);
      return moreDollars;
    }
    effects.exit('mathsMark');
    return then({ close: DOLLAR, size: dollars })(code);
  }
}

/** The closing mark, as something to attempt. A block's has nothing but spaces behind it on its line. */
function closingMark({ close, size }: Mark, ofBlock: boolean): Construct {
  return {
    partial: true,
    tokenize(effects, ok, nok) {
      let seen = 0;
      return (code) => {
        effects.enter('mathsClosingMark');
        return mark(code);
      };
      function mark(code: Code): State | undefined {
        if (seen < size) {
          if (code !== (close === DOLLAR || seen === 1 ? close : BACKSLASH)) return nok(code);
          seen++;
          effects.consume(code);
          return mark;
        }
        if (ofBlock ? isSpace(code) : false) {
          effects.consume(code);
          return mark;
        }
        const wrong = ofBlock
          ? !endsLine(code)
          : close === DOLLAR && (code === DOLLAR || (size === 1 && code !== null && code >= 48 && code <= 57));
        if (wrong) return nok(code);
        effects.exit('mathsClosingMark');
        return ok(code);
      }
    },
  };
}

function tokenizeText(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  /** What was taken last, `null` at the beginning. */
  let last: Code = null;
  return (code) => {
    const { previous } = this;
    const escaped = this.events.at(-1)?.[1].type === 'characterEscape';
    // The rest of `$$$` is no opening mark either.
    if (code === DOLLAR && previous === DOLLAR && !escaped) return nok(code);
    // `US$3`
    if (code === DOLLAR && previous !== null && /[\p{L}\p{N}]/u.test(String.fromCharCode(previous))) return nok(code);
    effects.enter('mathsText');
    return openingMark(effects, nok, begin)(code);
  };

  function begin(mark: Mark): State {
    const single = mark.size === 1;
    const closes = closingMark(mark, false);
    const first = mark.close === DOLLAR ? DOLLAR : BACKSLASH;
    return between;

    function between(code: Code): State | undefined {
      if (code === null || (single && endsLine(code))) return nok(code);
      if (endsLine(code)) {
        effects.enter('lineEnding');
        effects.consume(code);
        effects.exit('lineEnding');
        last = code;
        return between;
      }
      if (single && (last === null ? isSpace(code) : code === DOLLAR && isSpace(last))) return nok(code);
      if (code === first && last !== null) return effects.attempt(closes, done, single ? nok : startData)(code);
      return startData(code);
    }
    function startData(code: Code): State | undefined {
      effects.enter('mathsData');
      return take(code);
    }
    function take(code: Code): State | undefined {
      last = code;
      effects.consume(code);
      return code === BACKSLASH ? escaped : data;
    }
    /** What a backslash precedes closes nothing. */
    function escaped(code: Code): State | undefined {
      if (endsLine(code)) return data(code);
      last = code;
      effects.consume(code);
      return data;
    }
    function data(code: Code): State | undefined {
      if (!endsLine(code) && code !== first) return take(code);
      effects.exit('mathsData');
      return between(code);
    }
  }

  function done(code: Code): State | undefined {
    effects.exit('mathsText');
    return ok(code);
  }
}

function tokenizeBlock(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const { parser, interrupt } = this;
  const now = () => this.now().line;
  /** A further line of the same container; one that only follows lazily is none. */
  const nextLine: Construct = {
    partial: true,
    tokenize(inner, innerOk, innerNok) {
      return (code) => {
        inner.enter('lineEnding');
        inner.consume(code);
        inner.exit('lineEnding');
        return (next) => (parser.lazy[now()] === true ? innerNok(next) : innerOk(next));
      };
    },
  };
  /** The opening line's text, until that line ends. */
  let firstLine: string | null = '';
  /** Whether the block opened as a fence does, with nothing else on the line. */
  let fenced = true;
  let empty = true;
  return (code) => {
    effects.enter('mathsBlock');
    return openingMark(effects, nok, begin)(code);
  };

  function begin(mark: Mark): State {
    // `$x$` and `\(x\)` are text.
    if (mark.size === 1 || mark.close === 41) return nok;
    const closes = closingMark(mark, true);
    const first = mark.close === DOLLAR ? DOLLAR : BACKSLASH;
    return between;

    function between(code: Code): State | undefined {
      if (endsLine(code)) return lineEnd(code);
      if (code === first && !(firstLine === '' && empty)) return effects.attempt(closes, done, startData)(code);
      return startData(code);
    }
    function startData(code: Code): State | undefined {
      effects.enter('mathsData');
      return take(code);
    }
    function take(code: Code): State | undefined {
      if (!isSpace(code)) empty = false;
      if (firstLine !== null && code !== null && code > 0) firstLine += String.fromCharCode(code);
      effects.consume(code);
      return code === BACKSLASH ? escaped : data;
    }
    function escaped(code: Code): State | undefined {
      if (endsLine(code)) return data(code);
      if (firstLine !== null && code !== null && code > 0) firstLine += String.fromCharCode(code);
      effects.consume(code);
      return data;
    }
    function data(code: Code): State | undefined {
      if (!endsLine(code) && code !== first) return take(code);
      effects.exit('mathsData');
      return between(code);
    }
    function lineEnd(code: Code): State | undefined {
      if (firstLine !== null) {
        fenced = empty;
        if (!fenced && !firstLine.includes('\\begin{')) return nok(code);
        firstLine = null;
        if (interrupt) return done(code);
      } else if (empty && !fenced) return done(code);
      if (code === null) return done(code);
      return effects.check(nextLine, anotherLine, done)(code);
    }
    function anotherLine(code: Code): State | undefined {
      effects.enter('lineEnding');
      effects.consume(code);
      effects.exit('lineEnding');
      empty = true;
      return between;
    }
  }

  function done(code: Code): State | undefined {
    effects.exit('mathsBlock');
    return ok(code);
  }
}
