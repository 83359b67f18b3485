/** What the engine needs of a tokenizer; `create-tokenizer.ts` builds one from a model file's metadata. */

/** Text to token ids and back. Ids are those of the model file. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Whether the model wants `bosId` before a prompt. */
  readonly addBos: boolean;
  readonly bosId: number | null;
  /** Ids that end a turn or the text: generation stops at any of them. */
  readonly endIds: ReadonlySet<number>;
  /**
   * Ids of plain text: no BOS or EOS, and text that spells a special token stays text. Text that `continues` other text
   * gets no space before it, which SentencePiece puts before a beginning.
   */
  encode(text: string, continues?: boolean): number[];
  /** The bytes a token stands for in the output; control tokens have none. Bytes may be part of a code point. */
  tokenBytes(id: number): Uint8Array;
  /** How the vocabulary spells a token, control tokens too; empty for an id that no token has. For people to read. */
  spelling(id: number): string;
}
