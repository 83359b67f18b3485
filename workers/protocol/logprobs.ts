/** What page and engine say to each other about the probabilities of an answer's tokens. */

/** A token with its natural log-probability, which is the model's own: before penalties, cuts and temperature. */
export interface TokenLogprob {
  readonly id: number;
  /** As shown: text, bytes that are no whole text in hex (`E2 82`), or a control token's name. */
  readonly text: string;
  /** What it stands for in UTF-8; `null` for a control token, which stands for no text. */
  readonly bytes: readonly number[] | null;
  readonly logprob: number;
}

/** One token of an answer, and the likeliest ones in its place, best first. */
export interface PlaceLogprobs extends TokenLogprob {
  readonly top: readonly TokenLogprob[];
}
