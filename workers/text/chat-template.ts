/**
 * Turns a conversation into the tokens that a model was trained to read, by the chat template in its file.
 *
 * What a person or a document wrote never becomes a control token: its spellings in messages are broken up with a
 * noncharacter before the template runs (so that trimming and string tests in templates still work), the output is cut
 * at the control tokens that the template itself wrote, and the noncharacters are taken out again.
 *
 * A file without a template gets ChatML if its vocabulary has ChatML's tokens, else plain "User:" and "Assistant:" lines.
 * Where a template refuses system messages or leaves them out, the system message goes before the first user message.
 */
import type { ModelFile } from '../format/model-file.ts';
import type { ChatMessage } from '../protocol/engine.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import { runTemplate } from './run-template.ts';
import { TokenMatcher } from './token-matcher.ts';
import type { Tokenizer } from './tokenizer.ts';
import { readTokenKinds, roleId, TOKEN_KIND } from './vocabulary.ts';

/** Makes prompts of conversations. */
export interface ChatTemplate {
  /**
   * The prompt's ids, with BOS once where the model wants it. With `addGenerationPrompt` it ends where the answer
   * begins. Throws `TemplateFailed` if the template refuses the conversation, fails, or takes too long.
   */
  encode(
    messages: readonly ChatMessage[],
    tokenizer: Tokenizer,
    options: { readonly addGenerationPrompt: boolean },
  ): number[];
}

const CHATML =
  "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const PLAIN =
  "{% for message in messages %}{{ ('' if message.role == 'system' else message.role | capitalize + ': ') + message.content + '\\n\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}";

/** Noncharacters: Unicode keeps them for a program's own use, so no text has a claim to them. */
const MARKERS = Array.from({ length: 32 }, (_, index) => String.fromCharCode(0xfdd0 + index));
const CONTROLS: readonly number[] = [TOKEN_KIND.control, TOKEN_KIND.unknown];
const OUTPUT_UNITS_FREE = 1024 * 1024;

function chooseMarker(texts: readonly string[]): string {
  const marker = MARKERS.find((candidate) => !texts.some((text) => text.includes(candidate)));
  if (marker !== undefined) return marker;
  throw new EngineError('TemplateFailed', {
    what: 'The conversation holds every noncharacter from U+FDD0 to U+FDEF',
    remedy: 'Take them out of the messages.',
  });
}

function broken(token: string, marker: string): string {
  const [first = '', ...rest] = token;
  return first + marker + rest.join('');
}

function foldSystem(messages: readonly ChatMessage[]): ChatMessage[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const others = messages.filter(({ role }) => role !== 'system');
  const first = others.findIndex(({ role }) => role === 'user');
  if (first < 0) return [{ role: 'user', content: system.join('\n\n') }, ...others];
  return others.with(first, { role: 'user', content: [...system, others[first]!.content].join('\n\n') });
}

function specialTokenTexts(file: ModelFile, tokens: readonly string[]): Record<string, string> {
  const text = (role: string): string => tokens[roleId(file, role, tokens.length) ?? -1] ?? '';
  return { bos_token: text('bos'), eos_token: text('eos'), unk_token: text('unknown'), pad_token: text('padding') };
}

/** The file's template, or the fallback for it. It is parsed when it first runs. Throws what reading a vocabulary may. */
export function createChatTemplate(file: ModelFile): ChatTemplate {
  const { tokens, kinds } = readTokenKinds(file);
  const controls = new TokenMatcher(
    [...tokens.entries()]
      // A single character cannot be broken up, so it stays text wherever it stands.
      .filter(([id, token]) => CONTROLS.includes(kinds[id]!) && [...token].length > 1)
      .map(([id, token]) => [token, id] as const),
  );
  const own = file.metadata.get('tokenizer.chat_template');
  const hasChatMl = controls.split('<|im_start|><|im_end|>').every((part) => typeof part === 'number');
  const template = typeof own === 'string' && own.trim() !== '' ? own : hasChatMl ? CHATML : PLAIN;
  const names = specialTokenTexts(file, tokens);

  /** Breaks up each spelling of a control token after its first character, until none is left inside another. */
  function withMarkers(text: string, marker: string): string {
    for (let marked = text; ;) {
      const parts = controls.split(marked);
      if (parts.every((part) => typeof part === 'string')) return marked;
      marked = parts.map((part) => (typeof part === 'string' ? part : broken(tokens[part]!, marker))).join('');
    }
  }

  function render(messages: readonly ChatMessage[], addGenerationPrompt: boolean, marker: string): string {
    const inputUnits = messages.reduce((sum, { content }) => sum + content.length, template.length);
    return runTemplate(
      template,
      {
        ...names,
        messages: messages.map(({ role, content }) => ({ role, content: withMarkers(content, marker) })),
        add_generation_prompt: addGenerationPrompt,
        tools: null,
        documents: null,
      },
      inputUnits * 4 + OUTPUT_UNITS_FREE,
    );
  }

  function renderWithSystem(messages: readonly ChatMessage[], addGenerationPrompt: boolean, marker: string): string {
    const system = messages.filter(({ role, content }) => role === 'system' && content.trim() !== '');
    if (system.length === 0) return render(messages, addGenerationPrompt, marker);
    try {
      const text = render(messages, addGenerationPrompt, marker);
      if (system.every(({ content }) => text.includes(withMarkers(content.trim(), marker)))) return text;
    } catch (error) {
      if (errorCode(error) !== 'TemplateFailed') throw error;
    }
    return render(foldSystem(messages), addGenerationPrompt, marker);
  }

  return {
    encode(messages, tokenizer, { addGenerationPrompt }) {
      const wellFormed = messages.map(({ role, content }) => ({ role, content: content.toWellFormed() }));
      const marker = chooseMarker([template, ...wellFormed.map(({ content }) => content)]);
      const text = renderWithSystem(wellFormed, addGenerationPrompt, marker);
      const ids: number[] = [];
      for (const part of controls.split(text)) {
        if (typeof part === 'number') ids.push(part);
        else for (const id of tokenizer.encode(part.replaceAll(marker, ''))) ids.push(id);
      }
      const { bosId, addBos } = tokenizer;
      if (bosId === null) return ids;
      const written = ids.findIndex((id) => id !== bosId);
      const bosCount = written < 0 ? ids.length : written;
      return addBos || bosCount > 0 ? [bosId, ...ids.slice(bosCount)] : ids;
    },
  };
}
