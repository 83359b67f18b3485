/**
 * What a page and the Freehold that it shows in a frame say to each other by `postMessage`, in version 1. The page asks, under
 * an id of its own choice; replies carry that id. Nothing is said to an origin that the person has not allowed, but that
 * access was refused, to one that asked for it.
 */
import type { ErrorCode } from '../workers/protocol/errors.ts';
import type { ChatCompletion, ChatCompletionChunk } from './chat-types.ts';

/** The field `freehold` of every message: who does not know it, is silent. */
export const FRAME_VERSION = 1;

/** An id is no longer than this, in UTF-16 units: it is kept while its answer is made. */
const ID_UNITS_MAX = 64;

/** What a page may ask for. `stop` ends the answer that was asked for under the same id. */
type FrameRequestKind = 'request-access' | 'status' | 'chat' | 'stop';

/** A page's message. `request` is `chat`'s, in OpenAI's shape. */
export interface FrameRequest {
  readonly freehold: typeof FRAME_VERSION;
  readonly id: string;
  readonly kind: FrameRequestKind;
  readonly request?: unknown;
}

/** What the frame can do now. */
export interface FrameStatus {
  /** `none`: no model is loaded, which only the person can do. `busy`: an answer is being made, for whomever. */
  readonly state: 'none' | 'loading' | 'ready' | 'busy';
  readonly model: {
    readonly name: string;
    /** Tokens that prompt and answer may take together. */
    readonly contextLength: number;
  } | null;
}

/** An error as it crosses to the page. */
export interface FrameError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param: string | null;
}

/** What a reply says. A streamed answer is `chunk`s and `done`; a whole one `completion`; one that was ended `stopped`. */
export type FrameAnswer =
  | { readonly kind: 'access' | 'done' | 'stopped' }
  | { readonly kind: 'status'; readonly status: FrameStatus }
  | { readonly kind: 'chunk'; readonly chunk: ChatCompletionChunk }
  | { readonly kind: 'completion'; readonly completion: ChatCompletion }
  | { readonly kind: 'error'; readonly error: FrameError };

/** The frame's message. `revoked` comes unasked, as the last one: the person took their word back. */
export type FrameReply = { readonly freehold: typeof FRAME_VERSION } & (
  ({ readonly id: string } & FrameAnswer) | { readonly id: null; readonly kind: 'revoked' }
);

/** A page's message as far as it must be right to be answered at all. */
export interface ReadFrameRequest {
  readonly id: string;
  /** Not yet known to be one of those that there are. */
  readonly kind: string;
  readonly request: unknown;
}

/** Reads what came as a message; `null` for what is none of this version. */
export function readFrameRequest(data: unknown): ReadFrameRequest | null {
  const fields = fieldsOf(data);
  if (fields === null) return null;
  const { id, kind, request } = fields;
  if (typeof id !== 'string' || id === '' || id.length > ID_UNITS_MAX || typeof kind !== 'string') return null;
  return { id, kind, request };
}

/** Reads what came as a frame's message; `null` for what is none of this version. Its frame is trusted for the rest. */
export function readFrameReply(data: unknown): FrameReply | null {
  const fields = fieldsOf(data);
  if (fields === null || typeof fields.kind !== 'string') return null;
  if (typeof fields.id !== 'string' && fields.kind !== 'revoked') return null;
  return fields as unknown as FrameReply;
}

function fieldsOf(data: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof data !== 'object' || data === null) return null;
  const fields = data as Readonly<Record<string, unknown>>;
  return fields.freehold === FRAME_VERSION ? fields : null;
}
