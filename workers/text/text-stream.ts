/** Assembles the bytes of tokens into text. A token may end inside a code point: what is incomplete waits for the next. */

/** UTF-8 bytes in, whole code points out. Bytes that can never be UTF-8 come out as U+FFFD, as any decoder shows them. */
export class TextStream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** Takes a token's bytes; returns the text that they complete, often less than they hold. */
  push(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** Ends the text: an incomplete code point comes out as U+FFFD. The stream is then new again. */
  flush(): string {
    return this.#decoder.decode();
  }
}
