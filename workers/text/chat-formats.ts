/**
 * The well-known ways to write a conversation, each as a small template of ours: for files that bring no template, and to
 * tell whether the template of a file is one that people know. Sources: the cards of the models that are named.
 *
 * A format is recognised by what a template writes, not by its text, for every conversion has its own spelling.
 */
import { runTemplate } from './run-template.ts';

/** A way to write a conversation. */
export interface ChatFormat {
  /** For a person to read. */
  readonly name: string;
  /** Jinja; gets `bos_token` and `eos_token` besides the messages. System messages may be refused or left out. */
  readonly template: string;
  /** Tokens without which no model was taught this format; none where its marks are ordinary text. */
  readonly tokens: readonly string[];
}

/** The texts of special tokens, as templates get them. */
export type SpecialTokenTexts = Readonly<Record<'bos_token' | 'eos_token' | 'unk_token' | 'pad_token', string>>;

/** A format whose turns differ by role only. `role` and `message` are there for `turn`. */
function byRole(
  name: string,
  tokens: readonly string[],
  turn: string,
  prompt: string,
  model = 'assistant',
): ChatFormat {
  return {
    name,
    tokens,
    template:
      `{%- for message in messages -%}{%- set role = '${model}' if message.role == 'assistant' else message.role -%}` +
      `{{ ${turn} }}{%- endfor -%}{%- if add_generation_prompt -%}{{ ${prompt} }}{%- endif -%}`,
  };
}

/** A format that has marks around questions, and answers that end with EOS. */
function byInstruction(name: string, tokens: readonly string[], question: string, answer: string): ChatFormat {
  return {
    name,
    tokens,
    template:
      `{%- for message in messages -%}{%- if message.role == 'user' -%}{{ ${question} }}` +
      `{%- elif message.role == 'assistant' -%}{{ ${answer} }}{%- endif -%}{%- endfor -%}`,
  };
}

const CHATML = byRole(
  'ChatML',
  ['<|im_start|>', '<|im_end|>'],
  String.raw`'<|im_start|>' + role + '\n' + message.content + '<|im_end|>\n'`,
  String.raw`'<|im_start|>assistant\n'`,
);
const LLAMA_3 = byRole(
  'Llama 3',
  ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'],
  String.raw`'<|start_header_id|>' + role + '<|end_header_id|>\n\n' + message.content | trim + '<|eot_id|>'`,
  String.raw`'<|start_header_id|>assistant<|end_header_id|>\n\n'`,
);
const GEMMA = byRole(
  'Gemma',
  ['<start_of_turn>', '<end_of_turn>'],
  String.raw`'<start_of_turn>' + role + '\n' + message.content | trim + '<end_of_turn>\n'`,
  String.raw`'<start_of_turn>model\n'`,
  'model',
);
const PHI_3 = byRole(
  'Phi-3',
  ['<|user|>', '<|assistant|>', '<|end|>'],
  String.raw`'<|' + role + '|>\n' + message.content + '<|end|>\n'`,
  String.raw`'<|assistant|>\n'`,
);
const PHI_4 = byRole(
  'Phi-4',
  ['<|im_start|>', '<|im_sep|>', '<|im_end|>'],
  `'<|im_start|>' + role + '<|im_sep|>' + message.content + '<|im_end|>'`,
  `'<|im_start|>assistant<|im_sep|>'`,
);
const GRANITE_3 = byRole(
  'Granite 3',
  ['<|start_of_role|>', '<|end_of_role|>', '<|end_of_text|>'],
  String.raw`'<|start_of_role|>' + role + '<|end_of_role|>' + message.content + '<|end_of_text|>\n'`,
  `'<|start_of_role|>assistant<|end_of_role|>'`,
);
const ZEPHYR = byRole(
  'Zephyr',
  [],
  String.raw`'<|' + role + '|>\n' + message.content + eos_token + '\n'`,
  String.raw`'<|assistant|>\n'`,
);
const OLMO_2 = byRole(
  'OLMo 2',
  [],
  String.raw`'<|' + role + '|>\n' + message.content + (eos_token if role == 'assistant' else '') + '\n'`,
  String.raw`'<|assistant|>\n'`,
);
const HARMONY = byRole(
  'Harmony (gpt-oss)',
  ['<|start|>', '<|channel|>', '<|message|>', '<|end|>'],
  `'<|start|>' + role + ('<|channel|>final' if role == 'assistant' else '') + '<|message|>' + message.content + '<|end|>'`,
  `'<|start|>assistant'`,
);
const DEEPSEEK_R1 = byRole(
  'DeepSeek-R1',
  ['<｜User｜>', '<｜Assistant｜>', '<｜end▁of▁sentence｜>'],
  `{'user': '<｜User｜>', 'assistant': '<｜Assistant｜>'}.get(role, '') + message.content + ` +
    `('<｜end▁of▁sentence｜>' if role == 'assistant' else '')`,
  `'<｜Assistant｜>'`,
);
const MISTRAL = byInstruction(
  'Mistral',
  ['[INST]', '[/INST]'],
  `'[INST] ' + message.content + '[/INST]'`,
  `' ' + message.content + eos_token`,
);
const LLAMA_2 = byInstruction(
  'Llama 2',
  [],
  `bos_token + '[INST] ' + message.content + ' [/INST]'`,
  `' ' + message.content + ' ' + eos_token`,
);
const INSTRUCTION = byInstruction(
  'Instruction and response (StarCoder2)',
  [],
  String.raw`'### Instruction\n' + message.content + '\n\n### Response\n'`,
  String.raw`message.content + eos_token + '\n\n'`,
);

const FORMATS: readonly ChatFormat[] = [
  CHATML,
  LLAMA_3,
  GEMMA,
  PHI_3,
  PHI_4,
  GRANITE_3,
  ZEPHYR,
  OLMO_2,
  HARMONY,
  DEEPSEEK_R1,
  MISTRAL,
  LLAMA_2,
  INSTRUCTION,
];

/** By `general.architecture`, what its models may have been taught; ChatML may be any architecture's. */
const BY_ARCHITECTURE: ReadonlyMap<string, readonly ChatFormat[]> = new Map([
  ['llama', [LLAMA_3, DEEPSEEK_R1, MISTRAL]],
  ['qwen2', [DEEPSEEK_R1]],
  ['qwen3', [DEEPSEEK_R1]],
  ['granite', [GRANITE_3]],
  ['gemma', [GEMMA]],
  ['gemma2', [GEMMA]],
  ['gemma3', [GEMMA]],
  ['phi3', [PHI_4, PHI_3]],
  ['gpt-oss', [HARMONY]],
]);

/** A model that was never taught turns continues a text; so it gets the conversation as one, answers right behind. */
export const PLAIN_TEMPLATE =
  "{% for message in messages %}{% if not loop.first and message.role != 'assistant' %}{{ '\\n' }}{% endif %}" +
  '{{ message.content }}{% endfor %}';

/**
 * What a model without a template was taught, by its architecture and by the special tokens that it has: a format whose
 * tokens are missing would be noise to it. `null` where nothing speaks for turns: a base model.
 */
export function fallbackFormat(architecture: unknown, hasToken: (token: string) => boolean): ChatFormat | null {
  const candidates = [...(BY_ARCHITECTURE.get(String(architecture)) ?? []), CHATML];
  return candidates.find(({ tokens }) => tokens.every(hasToken)) ?? null;
}

/** A conversation to know a template by. */
export const PROBE = [
  { role: 'user', content: 'Question-1' },
  { role: 'assistant', content: 'Answer-1' },
  { role: 'user', content: 'Question-2' },
] as const;

/** No thought: some templates put it before every answer. */
const EMPTY_THOUGHT = /<think>\s*<\/think>/g;

/** A format that a template writes. */
export interface RecognisedFormat {
  readonly name: string;
  /** What the template puts before the first turn of itself, BOS apart: often a system message. */
  readonly opening: string;
}

function withoutSpace(text: string): string {
  return text.replace(/\s/g, '');
}

/**
 * The format of what a template wrote of `PROBE`, with the generation prompt; `null` if it is none that we know. White
 * space does not count: conversions differ in it.
 */
export function recogniseFormat(written: string, names: SpecialTokenTexts): RecognisedFormat | null {
  const plain = written.replace(EMPTY_THOUGHT, '');
  const solid = withoutSpace(plain);
  for (const { name, template } of FORMATS) {
    const values = { ...names, messages: PROBE, add_generation_prompt: true };
    const expected = withoutSpace(runTemplate(template, values, 10_000));
    const start = solid.indexOf(expected);
    // The template may open the thought of the answer to come.
    if (start < 0 || !['', '<think>'].includes(solid.slice(start + expected.length))) continue;
    let length = 0;
    for (let left = start; left > 0; length += 1) if (withoutSpace(plain[length]!) !== '') left -= 1;
    const before = plain.slice(0, length).trim();
    const opening = before.startsWith(names.bos_token) ? before.slice(names.bos_token.length) : before;
    return { name, opening };
  }
  return null;
}
