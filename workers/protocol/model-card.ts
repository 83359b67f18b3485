/** What is known of a stored model beyond its summary: where its bytes are from, under which terms, and how it is spoken to. */
import type { ChatTemplateFacts } from './chat-template.ts';

/** Where a stored model came from, so that anyone can find the very same bytes. */
export type ModelOrigin =
  /** `commit` has 40 hex digits; `null` where only a branch is known. `hub` is the hub's address. */
  | { readonly kind: 'hub'; readonly hub: string; readonly repository: string; readonly commit: string | null }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'device' }
  | { readonly kind: 'disk' };

/** A model's card. Texts are from a stranger's file: to show, nothing more. */
export interface ModelCard {
  readonly origin: ModelOrigin;
  /** Its files in the order in which they are kept. */
  readonly files: readonly { readonly fileName: string; readonly byteLength: number }[];
  /** How many pieces are kept, each with its own SHA-256. */
  readonly chunks: number;
  /** Address of the licence's text, as the file gives it; `null` where it gives none. */
  readonly licenseLink: string | null;
  /** `null` where the file's vocabulary cannot be read, without which a template cannot be judged. */
  readonly template: ChatTemplateFacts | null;
}
