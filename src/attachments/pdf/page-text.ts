/**
 * The pieces of text of one PDF page → lines and paragraphs. Order and columns are as pdf.js gives them, which is the order
 * in which the page draws; a line stays a line, so that tables keep their rows and poems their verses.
 */

/** What is needed of pdf.js's `TextItem`. Lengths are in the page's units, y upwards. */
export interface TextPiece {
  readonly str: string;
  /** Scale, rotation and place: a, b, c, d, x, y (ISO 32000-1, 8.3.3). */
  readonly transform: readonly number[];
  readonly height: number;
  /** Whether a line ends behind it. */
  readonly hasEOL: boolean;
}

interface Line {
  readonly text: string;
  readonly y: number;
  readonly height: number;
}

/** A gap between lines of so many times the page's usual one begins a paragraph. */
const PARAGRAPH_GAP = 1.35;
/** So does letters' height that changes by this factor, as under a heading. */
const HEIGHT_CHANGE = 1.15;

/** The text of a page: a line feed between lines, an empty line between paragraphs. */
export function pageText(pieces: readonly TextPiece[]): string {
  const lines = linesOf(pieces);
  const drops = lines.slice(1).map((line, index) => lines[index]!.y - line.y);
  const usual = usualDrop(drops);
  let text = lines[0]?.text ?? '';
  for (const [index, drop] of drops.entries()) {
    const [above, line] = [lines[index]!, lines[index + 1]!];
    const ratio = Math.max(above.height, line.height) / Math.max(Math.min(above.height, line.height), 1e-6);
    // A line that stands higher than the one before begins a column.
    const isParagraph =
      drop > usual * PARAGRAPH_GAP || drop < -line.height / 2 || (ratio > HEIGHT_CHANGE && drop > line.height / 2);
    text += (isParagraph ? '\n\n' : '\n') + line.text;
  }
  return text;
}

function linesOf(pieces: readonly TextPiece[]): Line[] {
  const lines: Line[] = [];
  let text = '';
  let first: TextPiece | null = null;
  let height = 0;
  const end = () => {
    const clean = cleanText(text);
    if (first !== null && clean !== '') lines.push({ text: clean, y: first.transform[5] ?? 0, height });
    text = '';
    first = null;
    height = 0;
  };
  for (const piece of pieces) {
    text += piece.str;
    if (piece.str.trim() !== '') {
      first ??= piece;
      height = Math.max(height, piece.height);
    }
    if (piece.hasEOL) end();
  }
  end();
  return lines;
}

/** Without control characters and halves of characters, which a broken font may give. */
function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000A-\u001F\u007F]/g, '')
    .trimEnd();
}

/** The lower quartile: on a page with few lines, half of the gaps may be those between paragraphs. */
function usualDrop(drops: readonly number[]): number {
  const sorted = drops.filter((drop) => drop > 0).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)] ?? Infinity;
}
