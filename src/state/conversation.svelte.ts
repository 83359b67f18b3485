/** One conversation: its turns, the answer that streams, and what may be done to them. A reload keeps it. */
import type { GenerateEvent, GenerateResult } from '../../workers/protocol/engine.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import { restoreTurns, toMessages, type AnswerStats, type Turn } from '../lib/turns.ts';
import type { EngineState } from './engine.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

/** The page redraws a streaming answer this often, however fast tokens come. */
const REDRAW_MS = 33;
/** A crash loses at most this much of a streaming answer. */
const SAVE_MS = 1000;

/** The answer in the making. */
export interface StreamingAnswer {
  readonly id: number;
  readonly text: string;
  /** What the model thinks before; empty where it does not. */
  readonly thinking: string;
  /** Tokens generated so far. */
  readonly tokens: number;
  /** Reading of the prompt; `null` once the first text is there. */
  readonly prefill: { readonly doneTokens: number; readonly totalTokens: number } | null;
}

/** The conversation as state. `send`, `regenerate` and `edit` reject as the engine does; what was written stays. */
export class ConversationState {
  turns = $state.raw<readonly Turn[]>(restoreTurns(readStored('conversation')));
  answer = $state.raw<StreamingAnswer | null>(null);
  /** What is typed and not sent. */
  draft = $state('');

  readonly #engine: EngineState;
  readonly #settings: SettingsState;
  #running: Promise<void> | null = null;

  constructor(engine: EngineState, settings: SettingsState) {
    this.#engine = engine;
    this.#settings = settings;
  }

  /** Adds what a person wrote and answers it. */
  async send(text: string): Promise<void> {
    this.#push({ role: 'user', content: text, stats: null });
    await this.#answer();
  }

  /** Answers the last thing a person wrote, in place of the answer that is there. */
  async regenerate(): Promise<void> {
    if (this.turns.at(-1)?.role === 'assistant') this.turns = this.turns.slice(0, -1);
    await this.#answer();
  }

  /** Puts `text` in place of a person's turn, drops what came after, and answers it. */
  async edit(id: number, text: string): Promise<void> {
    this.turns = this.turns.filter((turn) => turn.id < id);
    await this.send(text);
  }

  /** Ends the running answer and waits for its end; what is there stays. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    await this.#engine.stop();
    await running.catch(() => undefined);
  }

  /** Begins anew. */
  async clear(): Promise<void> {
    await this.stop();
    this.turns = [];
    this.#save();
  }

  async #answer(): Promise<void> {
    if (this.#running !== null) return;
    this.#running = this.#stream();
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
  }

  async #stream(): Promise<void> {
    const id = this.#nextId();
    const live = { text: '', thinking: '', tokens: 0, prefill: null as StreamingAnswer['prefill'] };
    const draw = () => {
      this.answer = { id, ...live };
    };
    draw();
    this.#save();
    const redraw = setInterval(draw, REDRAW_MS);
    const save = setInterval(() => {
      this.#save();
    }, SAVE_MS);
    const onEvent = (event: GenerateEvent) => {
      if (event.kind === 'prefill') live.prefill = { doneTokens: event.doneTokens, totalTokens: event.totalTokens };
      else {
        live[event.kind] += event.text;
        live.tokens = event.tokens;
        live.prefill = null;
      }
    };
    const model = this.#engine.model?.summary.name ?? '';
    const { systemPrompt, maxTokens, stopStrings, thinking } = this.#settings.current;
    const request = {
      messages: toMessages(systemPrompt, this.turns),
      sampler: this.#settings.sampler(this.#engine.model?.summary.sampling),
      stopStrings,
      ...(maxTokens === null ? {} : { maxTokens }),
      ...(thinking === null ? {} : { thinking }),
    };
    try {
      const result = await this.#engine.generate(request, onEvent);
      this.#push({ ...toAnswer(result.text, result.thinking, result.thinkingMs), stats: toStats(model, result) }, id);
    } catch (error) {
      const stats = { ...FAILED, model, generatedTokens: live.tokens };
      if (live.text + live.thinking !== '') this.#push({ ...toAnswer(live.text, live.thinking, null), stats }, id);
      throw error;
    } finally {
      clearInterval(redraw);
      clearInterval(save);
      this.answer = null;
      this.#save();
    }
  }

  #push(turn: Omit<Turn, 'id'>, id = this.#nextId()): void {
    this.turns = [...this.turns, { ...turn, id }];
  }

  #nextId(): number {
    return (this.turns.at(-1)?.id ?? 0) + 1;
  }

  #save(): void {
    const { answer } = this;
    const partial: Turn[] =
      answer === null || answer.text + answer.thinking === ''
        ? []
        : [{ id: answer.id, ...toAnswer(answer.text, answer.thinking, null), stats: null }];
    const turns = [...this.turns, ...partial];
    writeStored('conversation', turns.length === 0 ? null : turns);
  }
}

const FAILED: AnswerStats = {
  model: '',
  finishReason: 'failed',
  generatedTokens: 0,
  promptTokens: 0,
  reusedTokens: 0,
  tokensPerSecond: null,
};

/** A model's turn, its thought apart where it had one. */
function toAnswer(content: string, thinking: string, ms: number | null): Pick<Turn, 'role' | 'content' | 'thinking'> {
  const answer = { role: 'assistant', content } as const;
  return thinking === '' ? answer : { ...answer, thinking: { text: thinking.trimEnd(), ms } };
}

function toStats(model: string, result: GenerateResult): AnswerStats {
  const { finishReason, generatedTokens, promptTokens, reusedTokens, decodeMs } = result;
  const tokensPerSecond = generatedTokens > 1 && decodeMs > 0 ? (generatedTokens * 1000) / decodeMs : null;
  return { model, finishReason, generatedTokens, promptTokens, reusedTokens, tokensPerSecond };
}
