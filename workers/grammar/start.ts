/**
 * Starts the worker that holds answers to forms, and ends it where it takes too long or fails: its package cannot be
 * interrupted, refuses by ending itself, and what it is given is a stranger's. It starts from a `blob:`, so that the policy
 * of the engine's document binds it as well.
 */
import { wrap } from 'comlink';
import type { AnswerFormat } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Grammar, GrammarTokens, TokenMask } from '../sample/grammar.ts';
import workerUrl from '../grammar.worker.ts?worker&url';

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

/** The forms of one model, in a worker that starts with the first of them. */
export class GrammarWorker implements Grammar {
  readonly #tokens: GrammarTokens;
  readonly #start: () => Worker;
  #worker: Worker | null = null;
  #remote: Remote | null = null;

  constructor(tokens: GrammarTokens, start: () => Worker = startWorker) {
    this.#tokens = tokens;
    this.#start = start;
  }

  async begin(format: AnswerFormat): Promise<TokenMask> {
    if (this.#remote === null) {
      this.#worker = this.#start();
      this.#remote = wrap<Remote>(this.#worker) as unknown as Remote;
      await this.#within(START_LIMIT_MS, this.#remote.open(this.#tokens));
    }
    return this.#within(LIMIT_MS, this.#remote.begin(format));
  }

  accept(ids: readonly number[]): Promise<TokenMask> {
    if (this.#remote === null) throw new Error('a token is said before its answer has begun');
    return this.#within(LIMIT_MS, this.#remote.accept(ids));
  }

  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#remote = null;
  }

  /** The answer, or a refusal and the worker's end. */
  async #within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
    const worker = this.#worker!;
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

function startWorker(): Worker {
  const bootstrap = `import ${JSON.stringify(new URL(workerUrl, import.meta.url).href)};`;
  const blobUrl = URL.createObjectURL(new Blob([bootstrap], { type: 'text/javascript' }));
  const worker = new Worker(blobUrl, { type: 'module' });
  // The worker has it once it says its first word.
  worker.addEventListener(
    'message',
    () => {
      URL.revokeObjectURL(blobUrl);
    },
    { once: true },
  );
  return worker;
}
