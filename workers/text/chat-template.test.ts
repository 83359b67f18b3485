import { describe, expect, it } from 'vitest';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { FAMILY_TEMPLATES } from '../../tools/testing/families/all-families.ts';
import type { FriendlyValue } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import type { ChatMessage, ChatTemplateFacts } from '../protocol/engine.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createChatTemplate } from './chat-template.ts';
import { createTokenizer } from './create-tokenizer.ts';
import { endsInThought } from './thinking-format.ts';

const LLAMA_3 =
  "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";
const GEMMA =
  "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}";
const USER_ONLY =
  "{% for message in messages %}{% if message.role == 'user' %}[INST]{{ message.content }}[/INST]{% elif message.role == 'assistant' %}{{ message.content }}</s>{% endif %}{% endfor %}";

const CONTROLS = [
  '<s>',
  '</s>',
  '<|im_start|>',
  '<|im_end|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
  '<start_of_turn>',
  '<end_of_turn>',
  '[INST]',
  '[/INST]',
  'im_end|>',
  '\u0003',
];

/** A conversation's prompt, with what is known of the template. */
type Prompt = ((
  messages: readonly ChatMessage[],
  addGenerationPrompt?: boolean,
  thinking?: boolean,
  thinkingEffort?: string,
) => string) & {
  readonly facts: Omit<ChatTemplateFacts, 'sha256'>;
  /** Whether the prompt ends inside a thought. */
  readonly opensThought: (messages: readonly ChatMessage[]) => boolean;
};

/** What `prompt` reads of its ids: control tokens between ⟨ and ⟩, so that they differ from text that spells them. */
async function makePrompt(
  template: string | null,
  metadata: Record<string, FriendlyValue> = {},
  controls: readonly string[] = CONTROLS,
): Promise<Prompt> {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).padStart(2, '0').toUpperCase()}>`);
  const tokens = ['<unk>', ...bytes, ...controls];
  const file = await readGguf(
    bytesSource(
      writeGguf({
        metadata: {
          'tokenizer.ggml.model': 'llama',
          'tokenizer.ggml.tokens': tokens,
          'tokenizer.ggml.token_type': [2, ...bytes.map(() => 6), ...controls.map(() => 3)],
          'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: tokens.map(() => 0) },
          'tokenizer.ggml.add_space_prefix': false,
          ...(controls.includes('<s>') ? { 'tokenizer.ggml.bos_token_id': tokens.indexOf('<s>') } : {}),
          ...(template === null ? {} : { 'tokenizer.chat_template': template }),
          ...metadata,
        },
      }),
    ),
  );
  const tokenizer = createTokenizer(file);
  const { encode, facts, thinking: marks } = createChatTemplate(file);
  const prompt: (...asked: Parameters<Prompt>) => string = (messages, addGenerationPrompt = true, thinking, effort) => {
    const read: number[] = [];
    const options = {
      addGenerationPrompt,
      ...(thinking === undefined ? {} : { thinking }),
      ...(effort === undefined ? {} : { thinkingEffort: effort }),
    };
    for (const id of encode(messages, tokenizer, options)) {
      const token = tokens[id]!;
      read.push(...(controls.includes(token) ? new TextEncoder().encode(`⟨${token}⟩`) : tokenizer.tokenBytes(id)));
    }
    return new TextDecoder().decode(Uint8Array.from(read)).replaceAll('\u2581', ' ');
  };
  const opensThought = (messages: readonly ChatMessage[]): boolean =>
    marks !== null && endsInThought(marks, encode(messages, tokenizer, { addGenerationPrompt: true }), tokenizer);
  return Object.assign(prompt, { facts, opensThought });
}

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const system = (content: string): ChatMessage => ({ role: 'system', content });

describe('the chat template', () => {
  it('writes what the model was trained on, with BOS once', async () => {
    const prompt = await makePrompt(LLAMA_3);
    expect(prompt([system(' Be kind. '), user('Hi'), assistant('Hello'), user('Bye')])).toBe(
      '⟨<s>⟩⟨<|start_header_id|>⟩system⟨<|end_header_id|>⟩\n\nBe kind.⟨<|eot_id|>⟩' +
        '⟨<|start_header_id|>⟩user⟨<|end_header_id|>⟩\n\nHi⟨<|eot_id|>⟩' +
        '⟨<|start_header_id|>⟩assistant⟨<|end_header_id|>⟩\n\nHello⟨<|eot_id|>⟩' +
        '⟨<|start_header_id|>⟩user⟨<|end_header_id|>⟩\n\nBye⟨<|eot_id|>⟩' +
        '⟨<|start_header_id|>⟩assistant⟨<|end_header_id|>⟩\n\n',
    );
    expect(prompt([user('Hi')], false)).toMatch(/⟨<\|eot_id\|>⟩$/);
  });

  it('adds BOS where the template does not and the model wants it, and not where it does not', async () => {
    expect(await makePrompt(USER_ONLY).then((prompt) => prompt([user('a')]))).toBe('⟨<s>⟩⟨[INST]⟩a⟨[/INST]⟩');
    const off = await makePrompt(USER_ONLY, { 'tokenizer.ggml.add_bos_token': false });
    expect(off([user('a')])).toBe('⟨[INST]⟩a⟨[/INST]⟩');
    const written = await makePrompt(`{{ bos_token }}${USER_ONLY}`, { 'tokenizer.ggml.add_bos_token': false });
    expect(written([user('a')])).toBe('⟨<s>⟩⟨[INST]⟩a⟨[/INST]⟩');
    const twice = await makePrompt(`{{ bos_token }}{{ bos_token }}${USER_ONLY}`);
    expect(twice([user('a')])).toBe('⟨<s>⟩⟨[INST]⟩a⟨[/INST]⟩');
  });

  it.each([
    '<|eot_id|>',
    '<s><s>',
    '<<|im_end|>|im_end|>',
    '<|im_end|>',
    '[INST]x[/INST]',
    '<|eot_id|',
    '\u0003',
    '\ufdd0<s>',
  ])('never makes a control token of what a person wrote: %s', async (content) => {
    const prompt = await makePrompt(LLAMA_3);
    expect(prompt([user(content), assistant(content)], false)).toBe(
      `⟨<s>⟩⟨<|start_header_id|>⟩user⟨<|end_header_id|>⟩\n\n${content}⟨<|eot_id|>⟩` +
        `⟨<|start_header_id|>⟩assistant⟨<|end_header_id|>⟩\n\n${content}⟨<|eot_id|>⟩`,
    );
  });

  it('lets templates trim and test messages that spell control tokens', async () => {
    const prompt = await makePrompt(
      "{% for m in messages %}{{ m.content | trim }}{{ m.content.startswith(' <') }}{% endfor %}",
    );
    expect(prompt([user(' <s> ')])).toBe('⟨<s>⟩<s>True');
  });

  it('puts the system message before the first user message where the template refuses it', async () => {
    const prompt = await makePrompt(GEMMA);
    expect(prompt([system('Be kind.'), user('Hi')])).toBe(
      '⟨<s>⟩⟨<start_of_turn>⟩user\nBe kind.\n\nHi⟨<end_of_turn>⟩\n⟨<start_of_turn>⟩model\n',
    );
  });

  it('and where the template leaves it out', async () => {
    const prompt = await makePrompt(USER_ONLY);
    expect(prompt([system('Be <s> kind.'), user('Hi'), assistant('Yes'), user('Bye')])).toBe(
      '⟨<s>⟩⟨[INST]⟩Be <s> kind.\n\nHi⟨[/INST]⟩Yes⟨</s>⟩⟨[INST]⟩Bye⟨[/INST]⟩',
    );
    expect(prompt([system('Alone')])).toBe('⟨<s>⟩⟨[INST]⟩Alone⟨[/INST]⟩');
  });

  it('says what a template refuses', async () => {
    const prompt = await makePrompt(GEMMA);
    expect(() => prompt([user('a'), user('b')])).toThrow(/refuses this conversation: got "Conversation roles must/);
    try {
      prompt([user('a'), user('b')]);
    } catch (error) {
      expect(errorCode(error)).toBe('TemplateFailed');
    }
  });

  it('bounds what a template writes by what goes in', async () => {
    const prompt = await makePrompt('{% for i in range(9999) %}{{ messages[0].content }}{% endfor %}');
    expect(() => prompt([user('x'.repeat(1_000))])).toThrow(/writes too much/);
  });

  it('refuses a conversation that uses every marker', async () => {
    const prompt = await makePrompt(LLAMA_3);
    const everyMarker = Array.from({ length: 32 }, (_, index) => String.fromCharCode(0xfdd0 + index)).join('');
    expect(() => prompt([user(everyMarker)])).toThrow(/every noncharacter/);
  });
});

describe('without a chat template', () => {
  it('writes ChatML where the vocabulary has it', async () => {
    const prompt = await makePrompt(null);
    expect(prompt([system('S'), user('U')])).toBe(
      '⟨<s>⟩⟨<|im_start|>⟩system\nS⟨<|im_end|>⟩\n⟨<|im_start|>⟩user\nU⟨<|im_end|>⟩\n⟨<|im_start|>⟩assistant\n',
    );
  });

  const turns = [system('Be kind.'), user('U'), assistant('A'), user('V')];

  it.each([
    [
      'llama',
      ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'],
      'Llama 3',
      /^⟨<s>⟩⟨<\|start_header_id\|>⟩system⟨<\|end_header_id\|>⟩\n\nBe kind\.⟨<\|eot_id\|>⟩.*assistant⟨<\|end_header_id\|>⟩\n\n$/s,
    ],
    [
      'llama',
      ['[INST]', '[/INST]'],
      'Mistral',
      /^⟨<s>⟩⟨\[INST\]⟩ Be kind\.\n\nU⟨\[\/INST\]⟩ A⟨<\/s>⟩⟨\[INST\]⟩ V⟨\[\/INST\]⟩$/,
    ],
    [
      'qwen3',
      ['<｜User｜>', '<｜Assistant｜>', '<｜end▁of▁sentence｜>'],
      'DeepSeek-R1',
      /^⟨<s>⟩Be kind\.⟨<｜User｜>⟩U⟨<｜Assistant｜>⟩A⟨<｜end.of.sentence｜>⟩⟨<｜User｜>⟩V⟨<｜Assistant｜>⟩$/,
    ],
    [
      'granite',
      ['<|start_of_role|>', '<|end_of_role|>', '<|end_of_text|>'],
      'Granite 3',
      /⟨<\|start_of_role\|>⟩user⟨<\|end_of_role\|>⟩V⟨<\|end_of_text\|>⟩\n⟨<\|start_of_role\|>⟩assistant⟨<\|end_of_role\|>⟩$/,
    ],
    [
      'gemma2',
      ['<start_of_turn>', '<end_of_turn>'],
      'Gemma',
      /⟨<start_of_turn>⟩model\nA⟨<end_of_turn>⟩\n⟨<start_of_turn>⟩user\nV⟨<end_of_turn>⟩\n⟨<start_of_turn>⟩model\n$/,
    ],
    ['phi3', ['<|user|>', '<|assistant|>', '<|end|>'], 'Phi-3', /⟨<\|user\|>⟩\nV⟨<\|end\|>⟩\n⟨<\|assistant\|>⟩\n$/],
    [
      'phi3',
      ['<|im_start|>', '<|im_sep|>', '<|im_end|>'],
      'Phi-4',
      /⟨<\|im_start\|>⟩user⟨<\|im_sep\|>⟩V⟨<\|im_end\|>⟩⟨<\|im_start\|>⟩assistant⟨<\|im_sep\|>⟩$/,
    ],
    [
      'gpt-oss',
      ['<|start|>', '<|channel|>', '<|message|>', '<|end|>'],
      'Harmony (gpt-oss)',
      /assistant⟨<\|channel\|>⟩final⟨<\|message\|>⟩A⟨<\|end\|>⟩⟨<\|start\|>⟩user⟨<\|message\|>⟩V⟨<\|end\|>⟩⟨<\|start\|>⟩assistant$/,
    ],
  ])('writes the format of %s where the vocabulary has %j', async (architecture, controls, format, expected) => {
    const names = ['<s>', '</s>', ...controls];
    // Behind <unk> and 256 bytes: <s>, </s>.
    const metadata = { 'general.architecture': architecture, 'tokenizer.ggml.eos_token_id': 258 };
    const prompt = await makePrompt(null, metadata, names);
    expect(prompt(turns)).toMatch(expected);
    expect(prompt.facts).toMatchObject({ origin: 'architecture', format });
  });

  it('writes one plain text where it has not', async () => {
    const prompt = await makePrompt(null, { 'general.architecture': 'gemma' }, ['<s>', '</s>']);
    expect(prompt.facts).toMatchObject({ origin: 'none', format: null, opening: '' });
    expect(prompt(turns)).toBe('⟨<s>⟩Be kind.\nUA\nV');
  });
});

describe('what is known of a template', () => {
  it('names a well-known format, and what the file adds to it', async () => {
    const { facts } = await makePrompt(`{{ bos_token + '<|im_start|>system\\nBuy it.<|im_end|>' }}${LLAMA_3}`);
    expect(facts).toMatchObject({
      origin: 'file',
      format: 'Llama 3',
      opening: '<|im_start|>system\nBuy it.<|im_end|><s>',
    });
    expect(facts.text).toContain('Buy it.');
  });

  it.each([
    ['adds text between the turns', LLAMA_3.replace('<|eot_id|>', '<|eot_id|>Buy it.')],
    ['adds text behind them', `${LLAMA_3}Buy it.`],
    ['writes another format', "{% for m in messages %}{{ m.role + ': ' + m.content }}{% endfor %}"],
    ['fails', '{{ raise_exception("no") }}'],
    ['has a syntax error', '{% if %}'],
  ])('calls one custom that %s', async (_what, template) => {
    const { facts } = await makePrompt(template);
    expect(facts).toEqual({
      origin: 'file',
      format: null,
      opening: '',
      thinkingSwitch: null,
      thinkingEfforts: [],
      text: template,
    });
  });

  it('cuts a text that is too long to show', async () => {
    const { facts } = await makePrompt('a'.repeat(300_000));
    expect(facts.text.length).toBe(256 * 1024);
  });
});

describe('thinking', () => {
  const familyTemplate = (name: string): string => FAMILY_TEMPLATES.find(({ family }) => family === name)!.template;

  it.each([
    ['Qwen3', true],
    ['SmolLM3', true],
    ['Granite 3', false],
    ['DeepSeek-R1', null],
    ['Llama 3', null],
  ])('can be switched as the template has it: %s', async (family, thinkingSwitch) => {
    const { facts } = await makePrompt(familyTemplate(family));
    expect(facts.thinkingSwitch).toBe(thinkingSwitch);
  });

  it('can be switched where the template refuses every answer', async () => {
    const template =
      '{% for m in messages %}{% if m.role == "assistant" %}{{ raise_exception("no") }}{% endif %}{{ m.content }}' +
      '{% endfor %}{% if enable_thinking is false %}<think></think>{% endif %}';
    expect((await makePrompt(template)).facts.thinkingSwitch).toBe(true);
  });

  it('is switched by the name that the template has for it', async () => {
    const qwen3 = await makePrompt(familyTemplate('Qwen3'));
    expect(qwen3([user('Hi')], true, false)).toMatch(/assistant\n<think>\n\n<\/think>\n\n$/);
    expect(qwen3([user('Hi')], true, true)).toBe(qwen3([user('Hi')]));
    const granite = await makePrompt(familyTemplate('Granite 3'));
    expect(granite([user('Hi')], true, true)).toContain('Think between <think>');
    expect(granite([user('Hi')])).not.toContain('Think between');
    const llama3 = await makePrompt(LLAMA_3);
    expect(llama3([user('Hi')], true, true)).toBe(llama3([user('Hi')]));
  });

  const HARMONY = ['<|start|>', '<|channel|>', '<|message|>', '<|end|>'];
  /** Knows two words and refuses all others. */
  const STRICT =
    "{% if reasoning_effort is defined and reasoning_effort not in ['none', 'high'] %}{{ raise_exception('no') }}{% endif %}" +
    "{% for m in messages %}{{ m.content }}{% endfor %}{% if reasoning_effort == 'high' %}<think>{% endif %}";
  /** Knows one word; "no limit" holds the spelling of none. */
  const ONE_WORD =
    "{% for m in messages %}{{ m.content }}{% endfor %}{% if reasoning_effort == 'max' %}no limit{% else %}none{% endif %}";

  it.each([
    ['any word', familyTemplate('gpt-oss'), ['low', 'medium', 'high']],
    [
      'any word, and one apart',
      `{% if reasoning_effort == 'none' %}-{% endif %}{{ reasoning_effort }}`,
      ['none', 'low', 'medium', 'high'],
    ],
    ['two words', STRICT, ['none', 'high']],
    ['one word', ONE_WORD, ['max']],
    ['no word', `${LLAMA_3}{# reasoning_effort #}`, []],
  ])('can be asked for as hard as the template knows words: %s', async (_what, template, efforts) => {
    expect((await makePrompt(template, {}, HARMONY)).facts.thinkingEfforts).toEqual(efforts);
  });

  it('is as hard as was asked, where the template knows the word', async () => {
    const prompt = await makePrompt(familyTemplate('gpt-oss'), {}, HARMONY);
    expect(prompt([user('Hi')])).toContain('Reasoning: medium');
    expect(prompt([user('Hi')], true, undefined, 'high')).toContain('Reasoning: high');
    expect(prompt([user('Hi')], true, undefined, '<|end|>')).toBe(prompt([user('Hi')]));
  });

  it.each([
    ['DeepSeek-R1', 'no token', [], true],
    ['DeepSeek-R1', 'a control token', ['<think>', '</think>'], true],
    ['Qwen3', 'a control token', ['<think>', '</think>'], false],
    ['gpt-oss', 'no token', ['<|start|>', '<|channel|>', '<|message|>', '<|end|>'], false],
    ['Llama 3', 'a control token', ['<think>', '</think>'], false],
  ] as const)('is open at the end of a prompt of %s or not, the tag being %s', async (family, _tag, tags, isOpen) => {
    const { opensThought } = await makePrompt(familyTemplate(family), {}, [...CONTROLS, ...tags]);
    expect(opensThought([user('Hi')])).toBe(isOpen);
  });

  it('of earlier turns goes where the template puts it, and never becomes a control token', async () => {
    const messages = [user('Hi'), { ...assistant('Hello'), thinking: 'Well <|im_end|>.' }, user('Bye')];
    const qwen3 = await makePrompt(familyTemplate('Qwen3'));
    expect(qwen3(messages)).not.toContain('Well');
    expect(qwen3(messages.slice(0, 2), false)).toContain(
      '⟨<|im_start|>⟩assistant\n<think>\nWell <|im_end|>.\n</think>\n\nHello⟨<|im_end|>⟩',
    );
    const plain = await makePrompt("{% for m in messages %}{{ m.content ~ (m.thinking or '') }}{% endfor %}");
    expect(plain(messages)).toBe('⟨<s>⟩HiHelloWell <|im_end|>.Bye');
    expect((await makePrompt(LLAMA_3))(messages)).not.toContain('Well');
  });
});

describe('answers that the engine gave', () => {
  const ids = [5, 6, 7];
  const encodeWith = async (template: string | null, messages: readonly ChatMessage[], answer: string) => {
    const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).padStart(2, '0').toUpperCase()}>`);
    const tokens = ['<unk>', ...bytes, '<s>', '<|im_end|>'];
    const file = await readGguf(
      bytesSource(
        writeGguf({
          metadata: {
            'tokenizer.ggml.model': 'llama',
            'tokenizer.ggml.tokens': tokens,
            'tokenizer.ggml.token_type': [2, ...bytes.map(() => 6), 3, 3],
            'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: tokens.map(() => 0) },
            'tokenizer.ggml.add_space_prefix': false,
            ...(template === null ? {} : { 'tokenizer.chat_template': template }),
          },
          tensors: [],
        }),
      ),
    );
    const answers = new Map([[answer, ids]]);
    const { encode } = createChatTemplate(file);
    return encode(messages, createTokenizer(file), { addGenerationPrompt: false, answers });
  };
  const TEMPLATE = "{% for message in messages %}{{ message.content | trim + '<|im_end|>' }}{% endfor %}";
  const byteIds = (text: string): number[] => [...new TextEncoder().encode(text)].map((byte) => byte + 1);
  const END = 258;

  it('go back as the tokens that they were', async () => {
    const encoded = await encodeWith(TEMPLATE, [user('Q'), assistant(' A '), user('A')], ' A ');
    expect(encoded).toEqual([...byteIds('Q'), END, ...ids, END, ...byteIds('A'), END]);
  });

  it('only where they are word for word the same', async () => {
    const encoded = await encodeWith(TEMPLATE, [assistant('AB')], 'A');
    expect(encoded).toEqual([...byteIds('AB'), END]);
  });

  it('are plain text again where a template cuts them', async () => {
    const template = "{% for message in messages %}{{ message.content.split('|')[-1] }}{% endfor %}";
    expect(await encodeWith(template, [assistant('x|yz')], 'x|yz')).toEqual(byteIds('yz'));
  });

  it('in the middle of one plain text', async () => {
    const encoded = await encodeWith(null, [user('Q'), assistant('A'), user('R')], 'A');
    expect(encoded).toEqual([...byteIds('Q'), ...ids, ...byteIds('\nR')]);
  });
});
