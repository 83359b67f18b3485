/**
 * Turns a conversation into the tokens that a model was trained to read, by the chat template in its file.
 *
 * What a person or a document wrote never becomes a control token: its spellings in messages are broken up with a
 * noncharacter before the template runs (so that trimming and string tests in templates still work), the output is cut
 * at the control tokens that the template itself wrote, and the noncharacters are taken out again.
 *
 * An answer that this engine gave goes back as the very tokens that it was: text may be cut into tokens in several ways,
 * and only the ways of generation are in the KV cache.
 *
 * Thoughts of earlier answers are given to the template apart from the answers: it decides whether the model sees them.
 *
 * A file without a template gets the format of its architecture, or ChatML, if its vocabulary has that format's tokens;
 * else the messages are one plain text, which the model continues.
 * Where a template refuses system messages or leaves them out, the system message goes before the first user message.
 */
import type { ModelFile } from '../format/model-file.ts';
import type { ChatTemplateFacts } from '../protocol/engine.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import { fallbackFormat, PLAIN_TEMPLATE, PROBE, recogniseFormat, type SpecialTokenTexts } from './chat-formats.ts';
import { runTemplate, TEMPLATE_UNITS_MAX } from './run-template.ts';
import { mapTexts, writtenMessage, type TemplateJson, type TemplateMessage } from './template-messages.ts';
import { EFFORT_NAME, findEfforts } from './thinking-effort.ts';
import { findThinking, type ThinkingMarks } from './thinking-format.ts';
import { TokenMatcher } from './token-matcher.ts';
import type { Tokenizer } from './tokenizer.ts';
import { readTokenKinds, roleId, TOKEN_KIND } from './vocabulary.ts';

/** Makes prompts of conversations. */
export interface ChatTemplate {
  /** What a person may want to know of it. */
  readonly facts: Omit<ChatTemplateFacts, 'sha256'>;
  /** How the model marks its thoughts; `null` if it is not known to have any. */
  readonly thinking: ThinkingMarks | null;
  /**
   * The prompt's ids, with BOS once where the model wants it. With `addGenerationPrompt` it ends where the answer
   * begins. `answers` gives the ids of answers by their text. `thinking` sets the template's switch, where it has one,
   * `thinkingEffort` how hard to think, where it knows the word. `tools` are what the model may call, in the form of
   * OpenAI's chat API; a template that knows no tools leaves them out. Throws `TemplateFailed` if the template refuses
   * the conversation, fails, or takes too long.
   */
  encode(
    messages: readonly TemplateMessage[],
    tokenizer: Tokenizer,
    options: {
      readonly addGenerationPrompt: boolean;
      readonly answers?: ReadonlyMap<string, readonly number[]>;
      readonly thinking?: boolean;
      readonly tools?: readonly TemplateJson[];
      readonly thinkingEffort?: string;
    },
  ): number[];
}

/** Noncharacters: Unicode keeps them for a program's own use, so no text has a claim to them. */
const MARKERS = Array.from({ length: 32 }, (_, index) => String.fromCharCode(0xfdd0 + index));
const CONTROLS: readonly number[] = [TOKEN_KIND.control, TOKEN_KIND.unknown];
const SPECIAL: readonly number[] = [TOKEN_KIND.control, TOKEN_KIND.userDefined];
const OUTPUT_UNITS_FREE = 1024 * 1024;
/** Put in a system message's place to see whether the template reads it. */
const PROBE_SYSTEM = { role: 'system', content: 'System-1' } as const;

/** Noncharacters that stand nowhere in the texts: one that breaks up control tokens, two that enclose an answer. */
function chooseMarkers(texts: readonly string[]): readonly [broken: string, open: string, close: string] {
  const [breaking, open, close] = MARKERS.filter((candidate) => !texts.some((text) => text.includes(candidate)));
  if (breaking !== undefined && open !== undefined && close !== undefined) return [breaking, open, close];
  throw new EngineError('TemplateFailed', {
    what: 'The conversation holds nearly every noncharacter from U+FDD0 to U+FDEF',
    remedy: 'Take them out of the messages.',
  });
}

function broken(token: string, marker: string): string {
  const [first = '', ...rest] = token;
  return first + marker + rest.join('');
}

/** The conversation as a template gets it, but for the tokens' texts: what changes from prompt to prompt. */
interface Conversation {
  readonly messages: readonly TemplateMessage[];
  readonly tools: readonly TemplateJson[] | null;
  readonly switches: Switches;
}

function foldSystem(messages: readonly TemplateMessage[]): TemplateMessage[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const others = messages.filter(({ role }) => role !== 'system');
  const first = others.findIndex(({ role }) => role === 'user');
  if (first < 0) return [{ role: 'user', content: system.join('\n\n') }, ...others];
  return others.with(first, { role: 'user', content: [...system, others[first]!.content].join('\n\n') });
}

function specialTokenTexts(file: ModelFile, tokens: readonly string[]): SpecialTokenTexts {
  const text = (role: string): string => tokens[roleId(file, role, tokens.length) ?? -1] ?? '';
  return { bos_token: text('bos'), eos_token: text('eos'), unk_token: text('unknown'), pad_token: text('padding') };
}

/** Which template is used, and where it comes from. */
function chooseTemplate(
  file: ModelFile,
  hasToken: (token: string) => boolean,
): Pick<ChatTemplateFacts, 'origin' | 'text'> {
  const own = file.metadata.get('tokenizer.chat_template');
  if (typeof own === 'string' && own.trim() !== '') return { origin: 'file', text: own };
  const format = fallbackFormat(file.metadata.get('general.architecture'), hasToken);
  return format ? { origin: 'architecture', text: format.template } : { origin: 'none', text: PLAIN_TEMPLATE };
}

/** A template's variable for thinking, and whether the model thinks where it is not set. */
interface ThinkingSwitch {
  readonly name: string;
  readonly isOn: boolean;
}

/** Variables by which templates let thinking be switched: of most families, and of Granite and DeepSeek-V3.1. */
const SWITCH_NAMES = ['enable_thinking', 'thinking'] as const;
type Switches = Readonly<Partial<Record<string, boolean | string>>>;

/** The switch whose positions make a difference to what the template writes; `unset` is what it writes without one. */
function findSwitch(template: string, names: SpecialTokenTexts, unset: string): ThinkingSwitch | null {
  for (const name of SWITCH_NAMES) {
    if (!template.includes(name)) continue;
    const on = writeProbe(template, names, { [name]: true });
    if (on !== writeProbe(template, names, { [name]: false })) return { name, isOn: on === unset };
  }
  return null;
}

/** What the template writes of a small conversation, or of one question, or `null` if it fails at that: a real one will say why. */
function writeProbe(template: string, names: SpecialTokenTexts, switches: Switches = {}): string | null {
  const values = { ...names, ...switches, add_generation_prompt: true, tools: null, documents: null };
  // MiroThinker's fails at every answer, in Jinja2 as well.
  for (const messages of [PROBE, PROBE.slice(0, 1)]) {
    try {
      return runTemplate(template, { ...values, messages }, OUTPUT_UNITS_FREE);
    } catch (error) {
      if (errorCode(error) !== 'TemplateFailed') throw error;
    }
  }
  return null;
}

/** The file's template, or the fallback for it. A template that fails does so at `encode`. Throws what reading a vocabulary may. */
export function createChatTemplate(file: ModelFile): ChatTemplate {
  const { tokens, kinds } = readTokenKinds(file);
  const controls = new TokenMatcher(
    [...tokens.entries()]
      // A single character cannot be broken up, so it stays text wherever it stands.
      .filter(([id, token]) => CONTROLS.includes(kinds[id]!) && [...token].length > 1)
      .map(([id, token]) => [token, id] as const),
  );
  const special = new Map<string, number>();
  for (const [id, token] of tokens.entries()) if (SPECIAL.includes(kinds[id]!)) special.set(token, id);
  const { origin, text: template } = chooseTemplate(file, (token) => special.has(token));
  const names = specialTokenTexts(file, tokens);
  const written = origin === 'none' ? null : writeProbe(template, names);
  const recognised = written === null ? null : recogniseFormat(written, names);
  const thinkingSwitch = written === null ? null : findSwitch(template, names, written);
  const takesEffort = written !== null && template.includes(EFFORT_NAME);
  const facts: ChatTemplate['facts'] = {
    thinkingSwitch: thinkingSwitch?.isOn ?? null,
    thinkingEfforts: takesEffort ? findEfforts((effort) => writeProbe(template, names, { [EFFORT_NAME]: effort })) : [],
    origin,
    format: recognised?.name ?? null,
    opening: recognised?.opening ?? '',
    text: template.slice(0, TEMPLATE_UNITS_MAX),
  };

  /** Breaks up each spelling of a control token after its first character, until none is left inside another. */
  function withMarkers(text: string, marker: string): string {
    for (let marked = text; ;) {
      const parts = controls.split(marked);
      if (parts.every((part) => typeof part === 'string')) return marked;
      marked = parts.map((part) => (typeof part === 'string' ? part : broken(tokens[part]!, marker))).join('');
    }
  }

  function render({ messages, tools, switches }: Conversation, marker: string): string {
    const spell = (text: string): string => withMarkers(text.toWellFormed(), marker);
    const written = messages.map((message) => writtenMessage(message, spell));
    const givenTools = tools === null ? null : mapTexts(tools, spell);
    return runTemplate(
      template,
      { ...names, ...switches, messages: written, tools: givenTools, documents: null },
      (template.length + JSON.stringify([written, givenTools]).length) * 4 + OUTPUT_UNITS_FREE,
    );
  }

  function renderWithSystem(conversation: Conversation, marker: string): string {
    const { messages } = conversation;
    const system = messages.filter(({ role, content }) => role === 'system' && content?.trim() !== '');
    if (system.length === 0) return render(conversation, marker);
    try {
      const text = render(conversation, marker);
      const isRead = (message: TemplateMessage): boolean =>
        text.includes(withMarkers(message.content?.trim().toWellFormed() ?? '', marker)) ||
        // A template may take a part of it as a command, as SmolLM3's does with "/no_think".
        text !== render({ ...conversation, messages: messages.with(messages.indexOf(message), PROBE_SYSTEM) }, marker);
      if (system.every(isRead)) return text;
    } catch (error) {
      if (errorCode(error) !== 'TemplateFailed') throw error;
    }
    return render({ ...conversation, messages: foldSystem(messages) }, marker);
  }

  return {
    facts,
    thinking: findThinking(template, special),
    encode(messages, tokenizer, { addGenerationPrompt, answers = new Map(), thinking, thinkingEffort, tools = null }) {
      const [marker, open, close] = chooseMarkers([template, JSON.stringify([messages, tools])]);
      const enclosed = messages.map((message) => {
        const { role, content } = message;
        const isKnown = role === 'assistant' && content !== null && answers.has(content.toWellFormed());
        return isKnown ? { ...message, content: open + content + close } : message;
      });
      const hasEffort = thinkingEffort !== undefined && facts.thinkingEfforts.includes(thinkingEffort);
      const switches = {
        ...(thinking === undefined || thinkingSwitch === null ? {} : { [thinkingSwitch.name]: thinking }),
        ...(hasEffort ? { [EFFORT_NAME]: thinkingEffort } : {}),
        add_generation_prompt: addGenerationPrompt,
      };
      const text = renderWithSystem({ messages: enclosed, tools, switches }, marker);
      const ids: number[] = [];
      const pushAll = (more: readonly number[]): void => {
        for (const id of more) ids.push(id);
      };
      for (const part of controls.split(text)) {
        if (typeof part === 'number') {
          ids.push(part);
          continue;
        }
        // A template may have cut an answer; what is not enclosed on both sides is plain text again.
        const pieces = part.replaceAll(marker, '').split(new RegExp(`${open}([^${open}${close}]*)${close}`, 'u'));
        for (const [index, piece] of pieces.entries()) {
          const known = index % 2 === 1 ? answers.get(piece) : undefined;
          pushAll(known ?? tokenizer.encode(piece.replaceAll(open, '').replaceAll(close, ''), index > 0));
        }
      }
      const { bosId, addBos } = tokenizer;
      if (bosId === null) return ids;
      const written = ids.findIndex((id) => id !== bosId);
      const bosCount = written < 0 ? ids.length : written;
      return addBos || bosCount > 0 ? [bosId, ...ids.slice(bosCount)] : ids;
    },
  };
}
