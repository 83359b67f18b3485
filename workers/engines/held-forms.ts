/** The forms that answers of one model are held to. What makes them is opened for the first, and ends with the model. */
import type { Gpu } from '../gpu/gpu.ts';
import type { Step } from '../gpu/recorder.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Grammar, OpenGrammar } from '../sample/grammar.ts';
import { AnswerForm, grammarTokens } from './answer-form.ts';
import type { LoopStart } from './answer-loop.ts';
import type { AnswerOptions } from './answer-options.ts';
import { HeldLoop } from './held-loop.ts';
import type { LoadedNativeModel } from './load-model.ts';

/** One model's forms, one answer at a time. */
export class HeldForms {
  readonly #gpu: Gpu;
  readonly #model: LoadedNativeModel;
  readonly #open: OpenGrammar | undefined;
  #grammar: Promise<Grammar> | null = null;

  /** Without `open` no answer can be held to a form. */
  constructor(gpu: Gpu, model: LoadedNativeModel, open: OpenGrammar | undefined) {
    this.#gpu = gpu;
    this.#model = model;
    this.#open = open;
  }

  /**
   * The form of an answer behind what was said of it; `null` where it has none. Rejects with `SettingInvalid` where the form
   * cannot be held, and with `WorkerFailed`.
   */
  async begin(
    { format, verbatim, thinks = true }: AnswerOptions,
    promptIds: readonly number[],
    said: readonly number[],
  ): Promise<AnswerForm | null> {
    if (format === undefined) return null;
    const { tokenizer, template, shape, sampler } = this.#model;
    const { vocabularySize } = shape;
    if (!this.#open)
      throw new EngineError('SettingInvalid', {
        what: 'Answers cannot be held to a form here',
        remedy: 'Answer as text.',
      });
    this.#grammar ??= this.#open(grammarTokens(tokenizer, vocabularySize));
    const marks = verbatim ? null : template.thinking;
    try {
      const [grammar] = await Promise.all([this.#grammar, sampler.prepareMask()]);
      return await AnswerForm.begin(grammar, format, { tokenizer, marks, vocabularySize }, promptIds, said, thinks);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Puts what may come next on the GPU, for the steps that draw; false where nothing may. */
  allow({ mask }: AnswerForm): boolean {
    if (mask !== null) this.#model.sampler.writeMask(this.#gpu, mask);
    return mask !== null;
  }

  /** The ids of an answer that has begun. */
  loop(form: AnswerForm, sampling: readonly Step[], start: LoopStart): HeldLoop {
    const { runner, sampler } = this.#model;
    const writeMask = (mask: Uint32Array<ArrayBuffer>): void => {
      sampler.writeMask(this.#gpu, mask);
    };
    return new HeldLoop({ runner, form, writeMask }, sampling, start);
  }

  /** Its memory and its thread go; the next form makes them anew. */
  end(): void {
    this.#grammar?.then(
      (grammar) => {
        grammar.end();
      },
      () => undefined,
    );
    this.#grammar = null;
  }
}
