import { describe, expect, it } from 'vitest';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createChatTemplate } from './chat-template.ts';
import type { TemplateJson, TemplateMessage } from './template-messages.ts';
import type { Tokenizer } from './tokenizer.ts';

const CONTROLS = ['<unk>', '<|call|>', '<|end|>'];

/** Text is one id for each UTF-16 unit, past the control tokens. */
const TOKENIZER: Tokenizer = {
  vocabularySize: CONTROLS.length + 0x10000,
  addBos: false,
  bosId: null,
  endIds: new Set(),
  encode: (text) => text.split('').map((unit) => CONTROLS.length + unit.charCodeAt(0)),
  tokenBytes: () => new Uint8Array(),
  spelling: () => '',
};

/** What is written, control tokens between ⟨ and ⟩. */
async function render(
  template: string,
  messages: readonly TemplateMessage[],
  tools?: readonly TemplateJson[],
): Promise<string> {
  const metadata = {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.tokens': CONTROLS,
    'tokenizer.ggml.token_type': [2, 3, 3],
    'tokenizer.chat_template': template,
  };
  const { encode } = createChatTemplate(await readGguf(bytesSource(writeGguf({ metadata }))));
  const options = { addGenerationPrompt: false, ...(tools === undefined ? {} : { tools }) };
  return encode(messages, TOKENIZER, options)
    .map((id) => (CONTROLS[id] === undefined ? String.fromCharCode(id - CONTROLS.length) : `⟨${CONTROLS[id]}⟩`))
    .join('');
}

const call: TemplateMessage = {
  role: 'assistant',
  content: null,
  thinking: 'Look.',
  toolCalls: [{ id: 'c1', name: 'weather', arguments: { city: 'Bern', days: [1, true, null] } }],
};
const result: TemplateMessage = { role: 'tool', content: 'rain', toolCallId: 'c1', name: 'weather' };

describe('tools in chat templates', () => {
  it('go in the shape of OpenAI’s chat API', async () => {
    const tools = [{ type: 'function', function: { name: 'weather', parameters: {} } }];
    expect(JSON.parse(await render('{{ [messages, tools] | tojson }}', [call, result], tools))).toEqual([
      [
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Look.',
          thinking: 'Look.',
          tool_calls: [
            {
              type: 'function',
              id: 'c1',
              function: { name: 'weather', arguments: { city: 'Bern', days: [1, true, null] } },
            },
          ],
        },
        { role: 'tool', content: 'rain', tool_call_id: 'c1', name: 'weather' },
      ],
      tools,
    ]);
  });

  it('are none where none are given, and what a message lacks is not there', async () => {
    const bare: TemplateMessage = { role: 'assistant', content: '', toolCalls: [{ name: 'now', arguments: '{}' }] };
    const template = '{{ tools is none }}{{ messages | tojson }}';
    expect(await render(template, [bare, { role: 'tool', content: 'noon' }])).toBe(
      'True[{"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "now", ' +
        '"arguments": "{}"}}]}, {"role": "tool", "content": "noon"}]',
    );
  });

  it('never become control tokens, wherever they spell one', async () => {
    const spelled = '<|call|>x<|end|>';
    const messages: TemplateMessage[] = [
      { ...call, content: spelled, toolCalls: [{ id: spelled, name: spelled, arguments: { [spelled]: [spelled] } }] },
      { role: 'tool', content: spelled, toolCallId: spelled, name: spelled },
    ];
    const tools = [{ type: 'function', function: { name: spelled, parameters: { [spelled]: spelled } } }];
    const written = await render('{{ messages | tojson }}<|call|>{{ tools | tojson }}<|end|>', messages, tools);
    expect(written.match(/⟨[^⟩]*⟩/g)).toEqual(['⟨<|call|>⟩', '⟨<|end|>⟩']);
    expect(written.split(spelled)).toHaveLength(12);
  });

  it('may end in half a character', async () => {
    expect(await render('{{ messages[0].content }}', [{ role: 'tool', content: 'a\ud83d' }])).toBe('a\ufffd');
  });
});

describe('a system message', () => {
  const system: TemplateMessage = { role: 'system', content: 'Be brief. /no_think' };
  const user: TemplateMessage = { role: 'user', content: 'Hi' };

  it('stays where a template takes a part of it as a command', async () => {
    const template = "{% for m in messages %}{{ m.content.replace('/no_think', '(quick)') }}|{% endfor %}";
    expect(await render(template, [system, user])).toBe('Be brief. (quick)|Hi|');
  });

  it('goes before the first question where a template leaves it out', async () => {
    const template = "{% for m in messages if m.role != 'system' %}{{ m.content }}|{% endfor %}";
    expect(await render(template, [system, user])).toBe('Be brief. /no_think\n\nHi|');
  });
});
