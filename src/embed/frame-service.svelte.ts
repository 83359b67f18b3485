/**
 * What the page around a frame may have of the model in it: access once the person agrees, then the model's state and
 * answers, and nothing else. Each message is held to the window that it came from and to what is allowed at that moment;
 * who is not allowed is answered with nothing but a no, where they asked for access. Never throws.
 */
import { ChatCompletions } from '../../api/chat-completions.ts';
import type { ChatCompletionStream } from '../../api/chat-stream.ts';
import type { ChatCompletion, ChatCompletionRequest } from '../../api/chat-types.ts';
import { FreeholdError, invalid, withCode } from '../../api/errors.ts';
import {
  FRAME_VERSION,
  type FrameAnswer,
  type FrameReply,
  type FrameStatus,
  readFrameRequest,
} from '../../api/frame-messages.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import { isNamedOrigin } from '../lib/named-origin.ts';
import type { SiteGrants } from '../state/site-grants.svelte.ts';
import { LentEngine, type Lender } from './lent-engine.ts';

/** The window around the frame, as far as it is spoken to. */
export type Surroundings = Pick<Window, 'postMessage'>;

/** A message, as it arrives. */
export type Arrival = Pick<MessageEvent, 'source' | 'origin' | 'data'>;

/** An answer that a site asked for. */
interface Asked {
  readonly origin: string;
  readonly id: string;
  readonly controller: AbortController;
}

/** Why an answer was ended: what its site is told. */
type Ending = 'asked' | 'person' | 'revoked';

// What is not shown needs no signals.
/* eslint-disable svelte/prefer-svelte-reactivity */

/** Ids that wait for one answer of the person; more than a page in its right mind asks with. */
const WAITING_MAX = 64;

/** The service as state. */
export class FrameService {
  /** The origin that the person is being asked about. */
  asked = $state.raw<string | null>(null);
  /** The origin that is being answered. */
  using = $state.raw<string | null>(null);

  readonly #around: Surroundings;
  readonly #engine: Lender;
  readonly #grants: SiteGrants;
  /** Ids under which access was asked for, by origin: the page asks again while its frame may still be loading. */
  readonly #waiting = new Map<string, Set<string>>();
  /** Refused until the frame is opened anew: a no that is followed by the same question is none. */
  readonly #refused = new Set<string>();
  /** Origins that have been given access, and are to hear of its end. */
  readonly #given = new Set<string>();
  /** Those that have not ended, with one that waits for the end of one that was stopped. */
  readonly #answers = new Set<Asked>();
  #running: (Asked & { readonly ended: Promise<unknown> }) | null = null;

  constructor(around: Surroundings, engine: Lender, grants: SiteGrants) {
    this.#around = around;
    this.#engine = engine;
    this.#grants = grants;
    grants.onchange(() => {
      this.#follow();
    });
  }

  /** Takes a message of the window's. */
  take({ source, origin, data }: Arrival): void {
    if (source !== this.#around || !isNamedOrigin(origin)) return;
    const asked = readFrameRequest(data);
    if (asked === null) return;
    if (asked.kind === 'request-access') this.#requestAccess(origin, asked.id);
    else if (this.#grants.has(origin)) this.#answer(origin, asked.id, asked.kind, asked.request);
  }

  /** Takes the person's answer about the origin that they are asked about. */
  decide(allowed: boolean): void {
    const origin = this.asked;
    if (origin === null) return;
    if (allowed) this.#grants.allow(origin);
    else this.#refused.add(origin);
    const waiting = this.#waiting.get(origin) ?? [];
    this.#waiting.delete(origin);
    for (const id of waiting) this.#answerAccess(origin, id, allowed);
    this.asked = this.#waiting.keys().next().value ?? null;
  }

  /** Ends the answer that is being made for a site, for the person. */
  stop(): void {
    for (const answer of this.#answers) this.#end(answer, 'person');
  }

  #requestAccess(origin: string, id: string): void {
    if (this.#grants.has(origin)) return void this.#answerAccess(origin, id, true);
    if (this.#refused.has(origin)) return void this.#answerAccess(origin, id, false);
    const waiting = this.#waiting.get(origin) ?? new Set();
    if (waiting.size < WAITING_MAX) waiting.add(id);
    this.#waiting.set(origin, waiting);
    this.asked ??= origin;
  }

  #answerAccess(origin: string, id: string, allowed: boolean): void {
    if (allowed) {
      this.#given.add(origin);
      return void this.#reply(origin, id, { kind: 'access' });
    }
    const what = 'The person at the frame does not let this site use the model';
    this.#fail(origin, id, new EngineError('RequestForbidden', { what }));
  }

  #answer(origin: string, id: string, kind: string, request: unknown): void {
    this.#given.add(origin);
    switch (kind) {
      case 'status':
        return void this.#reply(origin, id, { kind, status: this.#status() });
      case 'stop':
        for (const answer of this.#answers)
          if (answer.origin === origin && answer.id === id) this.#end(answer, 'asked');
        return;
      case 'chat':
        return void this.#chat(origin, id, request);
      default:
        return void this.#fail(
          origin,
          id,
          invalid('kind', {
            what: 'A frame cannot be asked for this',
            expected: '"request-access", "status", "chat" or "stop"',
            got: JSON.stringify(kind.slice(0, 80)),
          }),
        );
    }
  }

  #status(): FrameStatus {
    const { phase, model } = this.#engine;
    if (model === null) return { state: phase === 'loading' ? 'loading' : 'none', model: null };
    const state = phase === 'ready' && this.#running === null ? 'ready' : 'busy';
    return { state, model: { name: model.summary.name, contextLength: model.contextLength } };
  }

  async #chat(origin: string, id: string, request: unknown): Promise<void> {
    const answer: Asked = { origin, id, controller: new AbortController() };
    const { signal } = answer.controller;
    this.#answers.add(answer);
    try {
      // One that was stopped takes a moment to end. Behind the loop nothing is waited for until this one is known to run.
      while (this.#running !== null) {
        if (!this.#running.controller.signal.aborted)
          throw new EngineError('FileBusy', { what: 'An answer is being made already', remedy: 'Wait for its end.' });
        await this.#running.ended;
        signal.throwIfAborted();
      }
      const { model } = this.#engine;
      if (model === null) {
        throw new EngineError('NotFound', {
          what: 'No model is loaded in the frame',
          remedy: 'Ask the person to load one there.',
        });
      }
      const lent = new LentEngine(this.#engine);
      const completions = new ChatCompletions(lent, model.summary);
      const made = this.#make(answer, () => completions.create(request as ChatCompletionRequest, { signal }));
      const ended = made.catch(() => undefined).then(() => lent.idle);
      this.#running = { ...answer, ended };
      this.using = origin;
      await ended;
      this.#running = null;
      this.using = null;
      await made;
    } catch (error) {
      if (!signal.aborted) this.#fail(origin, id, error);
    } finally {
      this.#answers.delete(answer);
    }
  }

  /** Has an answer made and tells it. Says nothing more once it was ended, by whomever. */
  async #make(
    { origin, id, controller: { signal } }: Asked,
    create: () => Promise<ChatCompletion | ChatCompletionStream>,
  ): Promise<void> {
    const reply = (answer: FrameAnswer): void => {
      if (!signal.aborted) this.#reply(origin, id, answer);
    };
    const answer = await create();
    if ('object' in answer) {
      reply({ kind: 'completion', completion: answer });
      return;
    }
    for await (const chunk of answer) reply({ kind: 'chunk', chunk });
    reply({ kind: 'done' });
  }

  /** Ends an answer and tells its site why. The engine is free once it has stopped. */
  #end({ origin, id, controller }: Asked, why: Ending): void {
    if (controller.signal.aborted) return;
    controller.abort();
    if (why === 'asked') this.#reply(origin, id, { kind: 'stopped' });
    if (why !== 'person') return;
    const what = 'The person at the frame stopped this answer';
    this.#fail(origin, id, new EngineError('RequestForbidden', { what }));
  }

  /** Does what follows from a change of what is allowed. */
  #follow(): void {
    for (const origin of this.#given) {
      if (this.#grants.has(origin)) continue;
      this.#given.delete(origin);
      for (const answer of this.#answers) if (answer.origin === origin) this.#end(answer, 'revoked');
      this.#post(origin, { freehold: FRAME_VERSION, id: null, kind: 'revoked' });
    }
  }

  #fail(origin: string, id: string, error: unknown): void {
    const known = withCode(error);
    const { code, message, param } =
      known instanceof FreeholdError
        ? known
        : new FreeholdError('SettingInvalid', `The request is not right: ${say(error)}`);
    this.#reply(origin, id, { kind: 'error', error: { code, message, param } });
  }

  #reply(origin: string, id: string, answer: FrameAnswer): void {
    this.#post(origin, { freehold: FRAME_VERSION, id, ...answer });
  }

  #post(origin: string, reply: FrameReply): void {
    this.#around.postMessage(reply, origin);
  }
}

function say(error: unknown): string {
  return error instanceof Error ? error.message : 'it could not be read';
}
