/**
 * Starts the worker that holds answers to forms, and ends it where it takes too long or fails: its package cannot be
 * interrupted, refuses by ending itself, and what it is given is a stranger's. It starts from a `blob:`, so that the policy
 * of the engine's document binds it as well, and that holds all of it: in a worker that a worker from a blob
 * starts, Chromium takes no address for the site's own, so that nothing can be imported there.
 */
import { wrap } from 'comlink';
import type { AnswerFormat } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Grammar, GrammarTokens, TokenMask } from '../sample/grammar.ts';
import FormWorker from '../grammar.worker.ts?worker&inline';

/** The longest that a form may take to be prepared, or one of its tokens. A large schema took 1.4 s on two slow cores. */
const LIMIT_MS = 10_000;
/** The longest that the worker may take to start and to take in a model's tokens. */
const START_LIMIT_MS = 60_000;

interface Remote {
  open(tokens: GrammarTokens): Promise<void>;
  begin(format: AnswerFormat): Promise<TokenMask>;
  accept(ids: readonly number[]): Promise<TokenMask>;
  end(): Promise<void>;
}

/** Holds answers to forms in a worker of its own. Rejects with `WorkerFailed` where that cannot start. */
export async function openGrammar(tokens: GrammarTokens): Promise<Grammar> {
  const worker = new FormWorker({ name: 'forms' });
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => {
      resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(
        new EngineError('WorkerFailed', {
          what: `What holds answers to a form could not start: ${event.message || 'the browser does not allow it'}`,
          remedy: 'Set answers to text, or update the browser.',
        }),
      );
    };
  });
  worker.onmessage = null;
  return new GrammarWorker(tokens, worker);
}

/** The forms of one model in a worker. After a rejection it is of no more use. */
class GrammarWorker implements Grammar {
  readonly #worker: Worker;
  readonly #remote: Remote;
  /** Until its tokens have been taken in. */
  #tokens: GrammarTokens | null;

  constructor(tokens: GrammarTokens, worker: Worker) {
    this.#tokens = tokens;
    this.#worker = worker;
    this.#remote = wrap<Remote>(worker) as unknown as Remote;
  }

  async begin(format: AnswerFormat): Promise<TokenMask> {
    if (this.#tokens !== null) await this.#within(START_LIMIT_MS, this.#remote.open(this.#tokens));
    this.#tokens = null;
    return this.#within(LIMIT_MS, this.#remote.begin(format));
  }

  accept(ids: readonly number[]): Promise<TokenMask> {
    return this.#within(LIMIT_MS, this.#remote.accept(ids));
  }

  end(): void {
    this.#worker.terminate();
  }

  /** The answer, or a refusal and the worker's end. */
  async #within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
    const worker = this.#worker;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const failure = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new EngineError('SettingInvalid', {
            what: 'The form that is set for answers is too large to be held',
            expected: `at most ${limitMs / 1000} seconds to prepare it`,
            remedy: 'Make the schema or the grammar simpler.',
          }),
        );
      }, limitMs);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(
          new EngineError('WorkerFailed', {
            what: `What holds answers to a form ended: ${event.message || 'it could not be started'}`,
          }),
        );
      };
    });
    try {
      return await Promise.race([answer, failure]);
    } catch (error) {
      this.end();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
