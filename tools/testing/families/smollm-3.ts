import { assistant, dialogue, next, user, type FamilyTemplate } from './family.ts';

/** SmolLM3: its constructs, and what its format asks for. */
export const smolLm3: FamilyTemplate = {
  family: 'SmolLM3',
  bos: '',
  eos: '<|im_end|>',
  template: String.raw`{# ───── defaults ───── #}
{%- if enable_thinking is not defined -%}
{%- set enable_thinking = true -%}
{%- endif -%}
{# ───── reasoning mode ───── #}
{%- if enable_thinking -%}
  {%- set reasoning_mode = "/think" -%}
{%- else -%}
  {%- set reasoning_mode = "/no_think" -%}
{%- endif -%}
{# ───── header (system message) ───── #}
{{- "<|im_start|>system\n" -}}
{%- if messages[0].role == "system" -%}
  {%- set system_message = messages[0].content -%}
  {%- if "/no_think" in system_message -%}
    {%- set reasoning_mode = "/no_think" -%}
  {%- elif "/think" in system_message -%}
    {%- set reasoning_mode = "/think" -%}
  {%- endif -%}
  {%- set custom_instructions = system_message.replace("/no_think", "").replace("/think", "").rstrip() -%}
{%- endif -%}
{%- if system_message and "/system_override" in system_message -%}
  {{- custom_instructions.replace("/system_override", "").rstrip() -}}
  {{- "<|im_end|>\n" -}}
{%- else -%}
  {{- "## Metadata\n\n" -}}
  {{- "Today Date: " -}}
  {%- set today = today_date if today_date is defined else strftime_now("%d %B %Y") -%}
  {{- today ~ "\n" -}}
  {{- "Reasoning Mode: " + reasoning_mode + "\n\n" -}}
  {{- "## Custom Instructions\n\n" -}}
  {%- if custom_instructions -%}
    {{- custom_instructions + "\n\n" -}}
  {%- endif -%}
  {%- if tools -%}
    {{- "### Tools\n\n" -}}
    {%- set ns = namespace(listing="<tools>\n") -%}
    {%- for tool in tools[:] -%}
      {%- set ns.listing = ns.listing ~ (tool | string) ~ "\n" -%}
    {%- endfor -%}
    {{- ns.listing + "</tools>" -}}
    {{- "\n\n" -}}
  {%- endif -%}
  {{- "<|im_end|>\n" -}}
{%- endif -%}
{# ───── main loop ───── #}
{%- for message in messages -%}
    {%- set content = message.content if message.content is string else "" -%}
    {%- if message.role == "user" -%}
        {{ "<|im_start|>" + message.role + "\n"  + content + "<|im_end|>\n" }}
    {%- elif message.role == "assistant" -%}
        {% generation %}
        {%- if reasoning_mode == "/think" -%}
            {{ "<|im_start|>assistant\n" + content.lstrip("\n") + "<|im_end|>\n" }}
        {%- else -%}
            {{ "<|im_start|>assistant\n" + "<think>\n\n</think>\n" + content.lstrip("\n") + "<|im_end|>\n" }}
        {%- endif -%}
        {% endgeneration %}
    {%- elif message.role == "tool" -%}
    {{ "<|im_start|>" + "user\n"  + content + "<|im_end|>\n" }}
    {%- endif -%}
{%- endfor -%}
{# ───── generation prompt ───── #}
{%- if add_generation_prompt -%}
    {%- if reasoning_mode == "/think" -%}
        {{ "<|im_start|>assistant\n" }}
    {%- else -%}
        {{ "<|im_start|>assistant\n" + "<think>\n\n</think>\n"  }}
    {%- endif -%}
{%- endif -%}
`,
  cases: [
    {
      what: 'thinking',
      messages: dialogue,
      values: { today_date: '01 July 2025' },
      expected:
        '<|im_start|>system\n## Metadata\n\nToday Date: 01 July 2025\nReasoning Mode: /think\n\n## Custom Instructions\n\n' +
        'Be brief.\n\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n' +
        '<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n',
    },
    {
      what: 'no thinking',
      messages: [user, assistant, next],
      values: { today_date: '01 July 2025', enable_thinking: false },
      expected:
        '<|im_start|>system\n## Metadata\n\nToday Date: 01 July 2025\nReasoning Mode: /no_think\n\n' +
        '## Custom Instructions\n\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n' +
        '<|im_start|>assistant\n<think>\n\n</think>\nHello<|im_end|>\n' +
        '<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n',
    },
    {
      what: 'a whole system message',
      messages: [{ role: 'system', content: 'Rhyme. /system_override /no_think' }, user],
      expected:
        '<|im_start|>system\nRhyme.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n' +
        '<|im_start|>assistant\n<think>\n\n</think>\n',
    },
    {
      what: 'tools, as Python writes them',
      messages: [user],
      values: { today_date: '01 July 2025', tools: [{ name: "it's", strict: true, limit: null }] },
      expected:
        '<|im_start|>system\n## Metadata\n\nToday Date: 01 July 2025\nReasoning Mode: /think\n\n' +
        "## Custom Instructions\n\n### Tools\n\n<tools>\n{'name': \"it's\", 'strict': True, 'limit': None}\n</tools>\n\n" +
        '<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    },
  ],
};
