/**
 * Renders a published template as the engine does, and says how that agrees with the reference. Two differences are meant:
 * a system message that a template refuses or leaves out goes before the first question, and BOS is written once.
 */
import { createChatTemplate } from '../../../workers/text/chat-template.ts';
import type { Tokenizer } from '../../../workers/text/tokenizer.ts';
import { readGguf } from '../../../workers/format/gguf.ts';
import { bytesSource } from '../../../workers/source/bytes-source.ts';
import { writeGguf } from '../write-gguf.ts';
import { TEMPLATE_CASES, toMessages, type TemplateCase, type WireMessage } from './conversations.ts';
import type { ReferenceJob, Rendering } from './reference.ts';
import type { PublishedTemplate } from './read-folder.ts';

/** What a comparison says of one conversation. */
export interface Comparison {
  readonly what: string;
  readonly outcome: 'same' | 'system folded' | 'BOS once' | 'different';
  readonly ours: Rendering;
  readonly reference: Rendering;
}

/** What control tokens look like in templates; those of the file are taken besides. */
const CONTROL = /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|<(?:start|end)_of_turn>|\[\/?INST\]/g;
const UNKNOWN = '<unk>';

/** The conversation with its system messages before the first question, as README's "Decisions" have it. */
function folded(messages: readonly WireMessage[]): readonly WireMessage[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const others = messages.filter(({ role }) => role !== 'system');
  const first = others.findIndex(({ role }) => role === 'user');
  if (first < 0) return [{ role: 'user', content: system.join('\n\n') }, ...others];
  return others.with(first, { role: 'user', content: [...system, others[first]!.content].join('\n\n') });
}

/** What the reference is to render of a template: each conversation as it is, then each folded. */
export function referenceJob({ template, bos, eos }: PublishedTemplate): ReferenceJob {
  const values = (messages: readonly WireMessage[], { tools, thinking, addGenerationPrompt }: TemplateCase) => ({
    messages,
    tools: tools ?? null,
    documents: null,
    add_generation_prompt: addGenerationPrompt,
    ...(bos === '' ? {} : { bos_token: bos }),
    ...(eos === '' ? {} : { eos_token: eos }),
    ...(thinking === undefined ? {} : { enable_thinking: thinking, thinking }),
  });
  return {
    template,
    values: [
      ...TEMPLATE_CASES.map((one) => values(one.messages, one)),
      ...TEMPLATE_CASES.map((one) => values(folded(one.messages), one)),
    ],
  };
}

/** Renders conversations as the engine does: to ids, which are read back as text. */
async function makeRenderer({ template, bos, eos }: PublishedTemplate): Promise<(one: TemplateCase) => Rendering> {
  const controls = [...new Set([UNKNOWN, bos, eos, ...(template.match(CONTROL) ?? [])])].filter((text) => text !== '');
  const id = (text: string) => (text === '' ? {} : controls.indexOf(text));
  const file = await readGguf(
    bytesSource(
      writeGguf({
        metadata: {
          'tokenizer.ggml.model': 'gpt2',
          'tokenizer.ggml.tokens': controls,
          'tokenizer.ggml.token_type': controls.map((text) => (text === UNKNOWN ? 2 : 3)),
          ...(bos === '' ? {} : { 'tokenizer.ggml.bos_token_id': id(bos) as number }),
          ...(eos === '' ? {} : { 'tokenizer.ggml.eos_token_id': id(eos) as number }),
          'tokenizer.chat_template': template,
        },
      }),
    ),
  );
  const { encode } = createChatTemplate(file);
  // Ids past the control tokens are UTF-16 units: what is compared is the text, not how a vocabulary cuts it.
  const tokenizer: Tokenizer = {
    vocabularySize: controls.length + 0x10000,
    addBos: false,
    bosId: bos === '' ? null : controls.indexOf(bos),
    endIds: new Set(),
    encode: (text) => text.split('').map((unit) => controls.length + unit.charCodeAt(0)),
    tokenBytes: () => new Uint8Array(),
    spelling: () => '',
  };
  return ({ messages, tools, thinking, addGenerationPrompt }) => {
    const options = {
      addGenerationPrompt,
      ...(tools === undefined ? {} : { tools }),
      ...(thinking === undefined ? {} : { thinking }),
    };
    try {
      const ids = encode(toMessages(messages), tokenizer, options);
      return { text: ids.map((one) => controls[one] ?? String.fromCharCode(one - controls.length)).join('') };
    } catch (error) {
      const { message } = error as Error;
      const said = /refuses this conversation: got "(.*)"\.$/s.exec(message)?.[1];
      return said === undefined ? { failure: message } : { refusal: said };
    }
  };
}

function isSame(ours: Rendering, reference: Rendering): boolean {
  if ('text' in ours || 'text' in reference)
    return 'text' in ours && 'text' in reference && ours.text === reference.text;
  return 'refusal' in ours && 'refusal' in reference ? ours.refusal === reference.refusal : true;
}

function withBosOnce(rendering: Rendering, bos: string): Rendering {
  if (!('text' in rendering) || bos === '') return rendering;
  let { text } = rendering;
  while (text.startsWith(bos + bos)) text = text.slice(bos.length);
  return { text };
}

/** Compares all conversations; `references` are the answers to `referenceJob`. */
export async function compareTemplate(
  published: PublishedTemplate,
  references: readonly Rendering[],
): Promise<Comparison[]> {
  const render = await makeRenderer(published);
  return TEMPLATE_CASES.map((one, index) => {
    const ours = render(one);
    const reference = references[index]!;
    const { what } = one;
    const system = one.messages.filter(({ role, content }) => role === 'system' && content !== '');
    const leavesOut = !('text' in reference) || !system.some(({ content }) => reference.text.includes(content!.trim()));
    if (isSame(ours, reference)) return { what, outcome: 'same', ours, reference };
    if (isSame(ours, withBosOnce(reference, published.bos))) return { what, outcome: 'BOS once', ours, reference };
    const refolded = withBosOnce(references[TEMPLATE_CASES.length + index]!, published.bos);
    if (system.length > 0 && leavesOut && isSame(ours, refolded))
      return { what, outcome: 'system folded', ours, reference };
    return { what, outcome: 'different', ours, reference };
  });
}
