/** What holds a model's answers to forms: it comes with the first such answer, and goes with the model. */
import type { Gpu } from '../gpu/gpu.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Grammar, OpenGrammar } from '../sample/grammar.ts';
import { AnswerForm, grammarTokens } from './answer-form.ts';
import type { AnswerOptions } from './answer-options.ts';
import type { LoadedNativeModel } from './load-model.ts';

/** The forms of one loaded model. */
export class AnswerForms {
  readonly #gpu: Gpu;
  readonly #model: LoadedNativeModel;
  readonly #open: OpenGrammar | undefined;
  #grammar: Promise<Grammar> | null = null;

  constructor(gpu: Gpu, model: LoadedNativeModel, open: OpenGrammar | undefined) {
    this.#gpu = gpu;
    this.#model = model;
    this.#open = open;
  }

  /** The form of an answer behind what was said of it; `null` where it has none. Rejects with `SettingInvalid` and `WorkerFailed`. */
  async begin(
    { format, verbatim, thinks = true }: Pick<AnswerOptions, 'format' | 'verbatim' | 'thinks'>,
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
    const writeMask = (mask: Uint32Array<ArrayBuffer>): void => {
      sampler.writeMask(this.#gpu, mask);
    };
    const model = { tokenizer, marks: verbatim ? null : template.thinking, vocabularySize, writeMask };
    try {
      const [grammar] = await Promise.all([this.#grammar, sampler.prepareMask()]);
      return await AnswerForm.begin(grammar, format, model, promptIds, said, thinks);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Its memory and its thread go; the next form makes it anew. */
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
