/** What page and engine say to each other about chat templates. */

/** How conversations are written for a model. */
export interface ChatTemplateFacts {
  /** The file's own template; else one that goes with the architecture; else none: the model continues a text. */
  readonly origin: 'file' | 'architecture' | 'none';
  /** The well-known format that it writes; `null` for a custom template and for none. */
  readonly format: string | null;
  /** What it puts before the first turn of itself, control tokens included. Empty where nothing, or not known. */
  readonly opening: string;
  /** Whether the model thinks where nobody says; `null` where the template has no switch for it. */
  readonly thinkingSwitch: boolean | null;
  /** How hard the model can be asked to think, from least to most; empty where the template takes no such word. */
  readonly thinkingEfforts: readonly string[];
  /** The template in Jinja, cut at 256 Ki characters. From a stranger: text to show, nothing more. */
  readonly text: string;
  /** SHA-256 of `text` in UTF-8, lower-case hex: the same conversation is written the same way under the same one. */
  readonly sha256: string;
}
