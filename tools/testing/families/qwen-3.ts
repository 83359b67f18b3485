import { assistant, next, system, user, type FamilyTemplate } from './family.ts';
import { QWEN_TOOLS } from './qwen-2.ts';

/** Qwen3: its constructs, and what its format asks for. */
export const qwen3: FamilyTemplate = {
  family: 'Qwen3',
  bos: '',
  eos: '<|im_end|>',
  template: String.raw`${QWEN_TOOLS}{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\n<think>\n' + reasoning_content.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\n' }}
    {%- elif message.role == "tool" %}
        {{- '<|im_start|>user\n<tool_response>\n' + content + '\n</tool_response><|im_end|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}`,
  cases: [
    {
      what: 'an earlier thought left out',
      messages: [user, { role: 'assistant', content: '<think>\nWell.\n</think>\n\n  Hello' }, next],
      expected:
        '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n  Hello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n' +
        '<|im_start|>assistant\n',
    },
    {
      what: 'a thought of its own',
      messages: [user, { ...assistant, reasoning_content: 'Well.' }, next],
      expected:
        '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n' +
        '<|im_start|>assistant\n',
    },
    {
      what: 'no thinking',
      messages: [system, user],
      values: { enable_thinking: false },
      expected:
        '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n' +
        '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    },
    {
      what: 'the thought behind the last question, with its spaces',
      messages: [user, { ...assistant, reasoning_content: '\n  Well. \n' }],
      values: { add_generation_prompt: false },
      expected:
        '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n  Well. \n</think>\n\nHello<|im_end|>\n',
    },
  ],
};
