/** Which token brought out which text of an answer, so that its words can be asked about. */
import type { TokenText } from '../protocol/engine.ts';
import type { AnswerPiece } from '../text/answer-splitter.ts';
import type { AnswerText } from './answer-text.ts';

type Part = AnswerPiece['kind'];

/** A token whose text has not come out: how much of it there is, 0 for half a code point. */
interface Waiting {
  readonly index: number;
  readonly units: number;
}

/** The texts by index of the id; `answer` is one that has taken nothing yet and knows no stop strings. */
export function tokenTexts(tokens: readonly number[], answer: AnswerText): TokenText[] {
  const texts: TokenText[] = [];
  const ends: Record<Part, number> = { text: 0, thinking: 0 };
  let waiting: Waiting[] = [];

  /** Text came out at the token `index`, `own` units of it written by that token: the rest was held back before. */
  const bringOut = (index: number, own: number, pieces: readonly AnswerPiece[]): void => {
    const part = pieces.at(-1)!.kind;
    let text = '';
    for (const piece of pieces) {
      if (piece.kind === part) text += piece.text;
      else extend(piece.kind, piece.text);
    }
    let heldUnits = pieces.reduce((sum, piece) => sum + piece.text.length, 0) - own;
    for (const { index: earlier, units } of waiting.reverse()) {
      if (units > 0 && heldUnits <= 0) break;
      texts[earlier] = { part, offset: ends[part], text: '' };
      heldUnits -= units;
    }
    waiting = [];
    texts[index] = { part, offset: ends[part], text };
    ends[part] += text.length;
  };

  /** A token that ends one part and begins the next: the first goes to what that part had before. */
  const extend = (part: Part, text: string): void => {
    const last = texts.findLastIndex((earlier) => earlier.part === part);
    if (last >= 0) texts[last] = { ...texts[last]!, text: texts[last]!.text + text };
    ends[part] += text.length;
  };

  for (const [index, id] of tokens.entries()) {
    const before = answer.writtenUnits;
    const pieces = answer.push(id);
    const own = answer.writtenUnits - before;
    texts.push({ part: null, offset: 0, text: '' });
    if (pieces.length > 0) bringOut(index, own, pieces);
    else waiting.push({ index, units: own });
  }
  const rest = answer.finish();
  const last = waiting.pop();
  if (rest.length > 0 && last) bringOut(last.index, last.units, rest);
  else for (const { kind, text } of rest) extend(kind, text);
  return texts;
}
