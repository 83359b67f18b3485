/** One model's forms on this thread: compiled once by their text, and the tokens that one answer may go on with. */
import type { CompiledGrammar, GrammarCompiler, GrammarMatcher } from '@mlc-ai/web-xgrammar';
import type { AnswerFormat } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Grammar, GrammarTokens, TokenMask } from '../sample/grammar.ts';
import { quoted } from './refusal.ts';
import { ownGrammar } from './own-grammar.ts';
import { jsonGrammar, schemaGrammar } from './schema-grammar.ts';
import { separateChoices } from './separate-choices.ts';
import { loadXgrammar, reasonIn, type Xgrammar } from './xgrammar.ts';

/** Compiled forms that are kept: a few chats' worth. */
const KEPT_FORMS = 8;

/** Holds answers to forms. After a rejection of `begin` or `accept` it is of no more use. */
export class HeldForm implements Grammar {
  readonly #package: Xgrammar;
  readonly #compiler: GrammarCompiler;
  readonly #endIds: readonly number[];
  /** By their grammar, oldest first. */
  readonly #compiled = new Map<string, CompiledGrammar>();
  #matcher: GrammarMatcher | null = null;

  private constructor(loaded: Xgrammar, compiler: GrammarCompiler, endIds: readonly number[]) {
    this.#package = loaded;
    this.#compiler = compiler;
    this.#endIds = endIds;
  }

  /** Makes a model's tokens known. */
  static async open({ bytes, ends, vocabularySize, endIds }: GrammarTokens): Promise<HeldForm> {
    const loaded = await loadXgrammar();
    const tokens = Array.from(ends, (end, id) => bytes.subarray(id === 0 ? 0 : ends[id - 1]!, end));
    // Typed as texts, but tokens may be parts of code points, and it takes bytes as well.
    const spelled = tokens as unknown as string[];
    const info = await loaded.api.TokenizerInfo.createTokenizerInfo(spelled, 'raw', false, vocabularySize, [...endIds]);
    return new HeldForm(loaded, await loaded.api.GrammarCompiler.createGrammarCompiler(info, false), endIds);
  }

  async begin(format: AnswerFormat): Promise<TokenMask> {
    const compiled = await this.#compile(format);
    this.#matcher?.dispose();
    this.#matcher = await this.#package.api.GrammarMatcher.createGrammarMatcher(compiled);
    return this.#mask(this.#matcher);
  }

  async accept(ids: readonly number[]): Promise<TokenMask> {
    const matcher = this.#matcher!;
    const wrong = ids.findIndex((id) => !matcher.acceptToken(id));
    if (wrong < 0) return this.#mask(matcher);
    throw new EngineError('SettingInvalid', {
      what: 'What the answer begins with does not fit the form that is set for it',
      remedy: 'Make the answer anew, or set "Answer as" back to text.',
    });
  }

  end(): void {
    this.#matcher?.dispose();
    this.#matcher = null;
  }

  async #compile(format: AnswerFormat): Promise<CompiledGrammar> {
    const grammar = grammarOf(format);
    const known = this.#compiled.get(grammar);
    if (known) return known;
    this.#package.takeSaid();
    try {
      const read = await this.#package.api.Grammar.fromEBNF(grammar);
      const separate = separateChoices(read.toString());
      read.dispose();
      const compiled = await this.#compiler.compileGrammar(separate);
      this.#compiled.set(grammar, compiled);
      if (this.#compiled.size > KEPT_FORMS) {
        const [oldest] = this.#compiled.keys();
        this.#compiled.get(oldest!)!.dispose();
        this.#compiled.delete(oldest!);
      }
      return compiled;
    } catch (error) {
      const reason = reasonIn(this.#package.takeSaid()) || String(error);
      const what = format.kind === 'grammar' ? 'grammar' : 'schema';
      throw new EngineError('SettingInvalid', {
        what: `The ${what} cannot be held: ${quoted(reason).replace(/\.$/, '')}`,
        remedy: `Change the ${what} in the settings.`,
      });
    }
  }

  async #mask(matcher: GrammarMatcher): Promise<TokenMask> {
    const mask = new Uint32Array(await matcher.getNextTokenBitmask());
    const others = mask.slice();
    for (const id of this.#endIds) others[id >>> 5]! &= ~(1 << (id & 31));
    return others.some((word) => word !== 0) ? mask : null;
  }
}

function grammarOf(format: AnswerFormat): string {
  switch (format.kind) {
    case 'json':
      return jsonGrammar();
    case 'schema':
      return schemaGrammar(format.schema);
    case 'grammar':
      return ownGrammar(format.grammar);
  }
}
