/** Tokens that stand for one byte, which SentencePiece spells by their value. */

/** The byte that a byte token such as `<0x0A>` stands for, or `null`. */
export function byteTokenValue(token: string): number | null {
  const digits = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}
