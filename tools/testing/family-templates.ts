/**
 * For each family of models a chat template with the constructs that its published one is made of, and the text that the
 * family's format asks for. The templates are ours, written for these tests: shorter than the published ones, with other
 * system sentences; what they write around the turns are the facts of each format, from the models' cards.
 */

/** A message as templates see it. */
type TemplateMessage = Readonly<Record<string, unknown>>;

/** One conversation and what the format makes of it. */
interface FamilyCase {
  readonly what: string;
  readonly messages: readonly TemplateMessage[];
  /** Template variables besides the messages; the generation prompt is asked for unless this says otherwise. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What is written; a pattern is what the template raises. */
  readonly expected: string | RegExp;
}

/** A family's template with its cases. */
export interface FamilyTemplate {
  readonly family: string;
  readonly bos: string;
  readonly eos: string;
  readonly template: string;
  readonly cases: readonly FamilyCase[];
}

const system = { role: 'system', content: 'Be brief.' };
const user = { role: 'user', content: 'Hi' };
const assistant = { role: 'assistant', content: 'Hello' };
const next = { role: 'user', content: 'Bye' };
const dialogue = [system, user, assistant, next];
const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
const call = {
  role: 'assistant',
  content: '',
  tool_calls: [{ type: 'function', id: 'abcdefghi', function: { name: 'weather', arguments: { city: 'Bern' } } }],
};
const toolResult = { role: 'tool', content: 'rain', tool_call_id: 'abcdefghi' };
const TOOL_JSON =
  '{"type": "function", "function": {"name": "weather", "description": "Weather of a city", "parameters": ' +
  '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}';

const llama3: FamilyTemplate = {
  family: 'Llama 3',
  bos: '<|begin_of_text|>',
  eos: '<|eot_id|>',
  template: String.raw`{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "01 Jan 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- The system message may come first. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_text = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_text = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{{- "Today Date: " + date_string + "\n\n" }}
{{- system_text }}
{{- "<|eot_id|>" }}

{%- if tools is not none %}
    {%- if messages | length != 0 %}
        {%- set first = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("Tools need a user message") }}
    {%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\n\n' -}}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\n\n" }}
    {%- endfor %}
    {{- first + "<|eot_id|>"}}
{%- endif %}

{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("One tool call at a time") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\n\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %}
`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      values: { date_string: '26 Jul 2024' },
      expected:
        '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\nBe brief.<|eot_id|>' +
        '<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>' +
        '<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\n',
    },
    {
      what: 'tools',
      messages: [user, call, toolResult],
      values: { date_string: '26 Jul 2024', tools: [{ name: 'weather' }] },
      expected:
        '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\n<|eot_id|>' +
        '<|start_header_id|>user<|end_header_id|>\n\n{\n    "name": "weather"\n}\n\nHi<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\n{"name": "weather", "parameters": {"city": "Bern"}}<|eot_id|>' +
        '<|start_header_id|>ipython<|end_header_id|>\n\n"rain"<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\n',
    },
    {
      what: 'two calls at once',
      messages: [user, { ...call, tool_calls: [...call.tool_calls, ...call.tool_calls] }],
      expected: /One tool call at a time/,
    },
  ],
};

const mistral: FamilyTemplate = {
  family: 'Mistral',
  bos: '<s>',
  eos: '</s>',
  template: String.raw`{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("Roles must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}
                    {{- ", " }}
                {%- else %}
                    {{- "]" }}
                {%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\n\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Ids have 9 characters") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}
                {{- ", " }}
            {%- else %}
                {{- "]" + eos_token }}
            {%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool" %}
        {%- if message.content is defined and message.content.content is defined %}
            {%- set content = message.content.content %}
        {%- else %}
            {%- set content = message.content %}
        {%- endif %}
        {{- '[TOOL_RESULTS] {"content": ' + content|string + ", " }}
        {{- '"call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- else %}
        {{- raise_exception("Unknown role") }}
    {%- endif %}
{%- endfor %}
`,
  cases: [
    { what: 'turns', messages: dialogue, expected: '<s>[INST] Hi[/INST] Hello</s>[INST] Be brief.\n\nBye[/INST]' },
    {
      what: 'tools',
      messages: [user, call, toolResult, assistant],
      values: { tools },
      expected:
        `<s>[AVAILABLE_TOOLS] [${TOOL_JSON}][/AVAILABLE_TOOLS][INST] Hi[/INST]` +
        '[TOOL_CALLS] [{"name": "weather", "arguments": {"city": "Bern"}, "id": "abcdefghi"}]</s>' +
        '[TOOL_RESULTS] {"content": rain, "call_id": "abcdefghi"}[/TOOL_RESULTS] Hello</s>',
    },
    { what: 'two questions in a row', messages: [user, next], expected: /Roles must alternate/ },
  ],
};

const smolLm2: FamilyTemplate = {
  family: 'ChatML (SmolLM2)',
  bos: '<|im_start|>',
  eos: '<|im_end|>',
  template: String.raw`{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You help.<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n' +
        '<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n',
    },
    {
      what: 'a system message of its own',
      messages: [user],
      expected: '<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    },
  ],
};

const smolLm3: FamilyTemplate = {
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

const QWEN_TOOLS = String.raw`{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\n\n' }}
    {%- endif %}
    {{- "# Tools\n\n<tools>" }}
    {%- for tool in tools %}
        {{- "\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\n</tools><|im_end|>\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
    {%- endif %}
{%- endif %}
`;

const qwen2: FamilyTemplate = {
  family: 'ChatML (Qwen2, Qwen2.5)',
  bos: '',
  eos: '<|im_end|>',
  template: String.raw`${QWEN_TOOLS}{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\n<tool_call>\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\n<tool_response>\n' }}
        {{- message.content }}
        {{- '\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n' +
        '<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n',
    },
    {
      what: 'tools',
      messages: [user, call, toolResult, toolResult],
      values: { tools },
      expected:
        `<|im_start|>system\n# Tools\n\n<tools>\n${TOOL_JSON}\n</tools><|im_end|>\n<|im_start|>user\nHi<|im_end|>\n` +
        '<|im_start|>assistant\n<tool_call>\n{"name": "weather", "arguments": {"city": "Bern"}}\n</tool_call><|im_end|>\n' +
        '<|im_start|>user\n<tool_response>\nrain\n</tool_response>\n<tool_response>\nrain\n</tool_response><|im_end|>\n' +
        '<|im_start|>assistant\n',
    },
  ],
};

const qwen3: FamilyTemplate = {
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

const gemma: FamilyTemplate = {
  family: 'Gemma',
  bos: '<bos>',
  eos: '<eos>',
  template: String.raw`{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Roles must alternate") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '
' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model
'}}
{%- endif -%}
`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<bos><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n' +
        '<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n',
    },
    {
      what: 'content in parts',
      messages: [{ role: 'user', content: [{ type: 'image' }, { type: 'text', text: ' Hi ' }] }],
      expected: '<bos><start_of_turn>user\n<start_of_image>Hi<end_of_turn>\n<start_of_turn>model\n',
    },
    { what: 'an answer first', messages: [assistant], expected: /Roles must alternate/ },
  ],
};

const phi3: FamilyTemplate = {
  family: 'Phi-3',
  bos: '<s>',
  eos: '<|endoftext|>',
  template: String.raw`{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'user' %}{{'<|user|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>
' + message['content'] + '<|end|>
'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>
' }}{% else %}{{ eos_token }}{% endif %}`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHello<|end|>\n<|user|>\nBye<|end|>\n<|assistant|>\n',
    },
    {
      what: 'a whole conversation',
      messages: [user, assistant],
      values: { add_generation_prompt: false },
      expected: '<|user|>\nHi<|end|>\n<|assistant|>\nHello<|end|>\n<|endoftext|>',
    },
  ],
};

const phi4: FamilyTemplate = {
  family: 'Phi-4',
  bos: '<|endoftext|>',
  eos: '<|im_end|>',
  template: String.raw`{% for message in messages %}{% if (message['role'] == 'system') %}{{'<|im_start|>system<|im_sep|>' + message['content'] + '<|im_end|>'}}{% elif (message['role'] == 'user') %}{{'<|im_start|>user<|im_sep|>' + message['content'] + '<|im_end|>'}}{% elif (message['role'] == 'assistant') %}{{'<|im_start|>assistant<|im_sep|>' + message['content'] + '<|im_end|>'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>Hi<|im_end|>' +
        '<|im_start|>assistant<|im_sep|>Hello<|im_end|><|im_start|>user<|im_sep|>Bye<|im_end|><|im_start|>assistant<|im_sep|>',
    },
  ],
};

const olmo2: FamilyTemplate = {
  family: 'OLMo 2',
  bos: '<|endoftext|>',
  eos: '<|endoftext|>',
  template: String.raw`{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>
' + message['content'] + '
' }}{% elif message['role'] == 'user' %}{{ '<|user|>
' + message['content'] + '
' }}{% elif message['role'] == 'assistant' %}{% if not loop.last %}{{ '<|assistant|>
'  + message['content'] + eos_token + '
' }}{% else %}{{ '<|assistant|>
'  + message['content'] + eos_token }}{% endif %}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>
' }}{% endif %}{% endfor %}`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|endoftext|><|system|>\nBe brief.\n<|user|>\nHi\n<|assistant|>\nHello<|endoftext|>\n<|user|>\nBye\n<|assistant|>\n',
    },
    {
      what: 'a whole conversation',
      messages: [user, assistant],
      values: { add_generation_prompt: false },
      expected: '<|endoftext|><|user|>\nHi\n<|assistant|>\nHello<|endoftext|>',
    },
  ],
};

const granite: FamilyTemplate = {
  family: 'Granite 3',
  bos: '<|end_of_text|>',
  eos: '<|end_of_text|>',
  template: String.raw`{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set system_message = "Today's Date: " + strftime_now('%B %d, %Y') + "." %}
    {%- if tools and documents %}
        {%- set system_message = system_message + " Use tools and documents." %}
    {%- elif tools %}
        {%- set system_message = system_message + " Use tools." %}
    {%- elif thinking %}
        {%- set system_message = system_message + " Think between <think></think>, answer between <response></response>." %}
    {%- endif %}
    {%- set loop_messages = messages %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + system_message + '<|end_of_text|>\n' }}
{%- if tools %}
    {{- '<|start_of_role|>available_tools<|end_of_role|>' }}
    {{- tools | tojson(indent=4) }}
    {{- '<|end_of_text|>\n' }}
{%- endif %}
{%- if documents %}
    {%- for document in documents %}
        {{- '<|start_of_role|>document {"document_id": "' + document['doc_id'] | string + '"}<|end_of_role|>\n' }}
        {{- document['text'] + '<|end_of_text|>\n' }}
    {%- endfor %}
{%- endif %}
{%- for message in loop_messages %}
    {%- set content = message['content'] %}
    {%- if message['role'] == 'assistant' and '</think>' in content %}
        {%- set content = content.split('<response>')[-1].split('</response>')[0] | trim %}
    {%- endif %}
    {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + content + '<|end_of_text|>\n' }}
    {%- if loop.last and add_generation_prompt %}
        {{- '<|start_of_role|>assistant' }}
        {%- if controls %}
            {{- ' ' + controls | tojson()}}
        {%- endif %}
        {{- '<|end_of_role|>' }}
    {%- endif %}
{%- endfor %}
`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|start_of_role|>system<|end_of_role|>Be brief.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n' +
        '<|start_of_role|>assistant<|end_of_role|>Hello<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Bye<|end_of_text|>\n' +
        '<|start_of_role|>assistant<|end_of_role|>',
    },
    {
      what: 'tools, documents and controls',
      messages: [system, user],
      values: { tools: [{ name: 'a' }], documents: [{ doc_id: 7, text: 'D' }], controls: { length: 'short' } },
      expected:
        '<|start_of_role|>system<|end_of_role|>Be brief.<|end_of_text|>\n<|start_of_role|>available_tools<|end_of_role|>' +
        '[\n    {\n        "name": "a"\n    }\n]<|end_of_text|>\n' +
        '<|start_of_role|>document {"document_id": "7"}<|end_of_role|>\nD<|end_of_text|>\n' +
        '<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n' +
        '<|start_of_role|>assistant {"length": "short"}<|end_of_role|>',
    },
    {
      what: 'an earlier thought left out',
      messages: [system, { role: 'assistant', content: '<think>Well.</think>\n<response> Hello </response>' }],
      values: { add_generation_prompt: false },
      expected:
        '<|start_of_role|>system<|end_of_role|>Be brief.<|end_of_text|>\n' +
        '<|start_of_role|>assistant<|end_of_role|>Hello<|end_of_text|>\n',
    },
  ],
};

const deepSeekR1: FamilyTemplate = {
  family: 'DeepSeek-R1',
  bos: '<｜begin▁of▁sentence｜>',
  eos: '<｜end▁of▁sentence｜>',
  template: String.raw`{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<｜User｜>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is none %}{%- set ns.is_tool = true -%}{%- for tool in message['tool_calls']%}{%- if not ns.is_first %}{{'<｜Assistant｜><｜tool▁call▁begin｜>' + tool['function']['name'] + '<｜tool▁call▁end｜>'}}{%- set ns.is_first = true -%}{%- endif %}{%- endfor %}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is not none %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endfor -%}{% if ns.is_tool %}{{'<｜tool▁outputs▁end｜>'}}{% endif %}{% if add_generation_prompt and not ns.is_tool %}{{'<｜Assistant｜><think>\n'}}{% endif %}`,
  cases: [
    {
      what: 'turns, the thought opened',
      messages: [system, user, { role: 'assistant', content: '<think>Well.</think>Hello' }, next],
      expected:
        '<｜begin▁of▁sentence｜>Be brief.<｜User｜>Hi<｜Assistant｜>Hello<｜end▁of▁sentence｜><｜User｜>Bye<｜Assistant｜><think>\n',
    },
    {
      what: 'tools',
      messages: [user, { ...call, content: null }],
      expected:
        '<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><｜tool▁call▁begin｜>weather<｜tool▁call▁end｜><｜tool▁outputs▁end｜>',
    },
  ],
};

const gptOss: FamilyTemplate = {
  family: 'gpt-oss',
  bos: '<|startoftext|>',
  eos: '<|return|>',
  template: String.raw`{#- A type, as TypeScript writes it. #}
{%- macro render_type(spec, required=[], is_nullable=false) -%}
    {%- if spec.type == "array" -%}
        {%- if spec['items'] and spec['items']['type'] == "string" -%}
            {{- "string[]" }}
        {%- else -%}
            {{- render_type(spec['items'], required) + "[]" }}
        {%- endif -%}
        {%- if is_nullable -%}{{- " | null" }}{%- endif -%}
    {%- elif spec.type is defined and spec.type is iterable and spec.type is not string and spec.type is not mapping and spec.type[0] is defined -%}
        {{- spec.type | join(" | ") }}
    {%- elif spec.type == "string" and spec.enum -%}
        {{- '"' + spec.enum|join('" | "') + '"' }}
    {%- else -%}
        {{- spec.type if spec.type else "any" }}
    {%- endif -%}
{%- endmacro -%}
{%- macro render_tools(namespace_name, tools) -%}
    {{- "## " + namespace_name + "\n\n" }}
    {{- "namespace " + namespace_name + " {\n\n" }}
    {%- for tool in tools %}
        {%- set tool = tool.function %}
        {{- "// " + tool.description + "\n" }}
        {{- "type "+ tool.name + " = " }}
        {%- if tool.parameters and tool.parameters.properties %}
            {{- "(_: {\n" }}
            {%- for param_name, spec in tool.parameters.properties.items() %}
                {{- param_name }}
                {%- if param_name not in (tool.parameters.required or []) -%}
                    {{- "?" }}
                {%- endif -%}
                {{- ": " }}
                {{- render_type(spec, tool.parameters.required or []) }}
                {%- if spec.default is defined -%}
                    {{- ", // default: " + spec.default|tojson }}
                {%- else -%}
                    {{- ",\n" }}
                {%- endif -%}
            {%- endfor %}
            {{- "}) => any;\n\n" }}
        {%- else -%}
            {{- "() => any;\n\n" }}
        {%- endif -%}
    {%- endfor %}
    {{- "} // namespace " + namespace_name }}
{%- endmacro -%}
{%- macro build_system_message() -%}
    {{- "Current date: " + (date if date is defined else strftime_now("%Y-%m-%d")) + "\n\n" }}
    {%- if reasoning_effort is not defined %}
        {%- set reasoning_effort = "medium" %}
    {%- endif %}
    {{- "Reasoning: " + reasoning_effort + "\n\n" }}
    {{- "# Valid channels: analysis, commentary, final." }}
{%- endmacro -%}
{{- "<|start|>system<|message|>" }}
{{- build_system_message() }}
{{- "<|end|>" }}
{%- if messages[0].role == "developer" or messages[0].role == "system" %}
    {%- set developer_message = messages[0].content %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set developer_message = "" %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if developer_message or tools %}
    {{- "<|start|>developer<|message|>" }}
    {%- if developer_message %}
        {{- "# Instructions\n\n" }}
        {{- developer_message }}
    {%- endif %}
    {%- if tools -%}
        {%- if developer_message %}{{- "\n\n" }}{%- endif %}
        {{- "# Tools\n\n" }}
        {{- render_tools("functions", tools) }}
    {%- endif -%}
    {{- "<|end|>" }}
{%- endif %}
{%- set last_tool_call = namespace(name=none) %}
{%- for message in loop_messages -%}
    {%- if message.role == 'assistant' -%}
        {%- if "content" in message %}
            {%- if "<|channel|>analysis<|message|>" in message.content or "<|channel|>final<|message|>" in message.content %}
                {{- raise_exception("The parts of an answer belong into fields of their own") }}
            {%- endif %}
        {%- endif %}
        {%- if "tool_calls" in message %}
            {%- set future = namespace(found=false) %}
            {%- for later in loop_messages[loop.index:] %}
                {%- if later.role == 'assistant' and "tool_calls" not in later %}
                    {%- set future.found = true %}
                {%- endif %}
            {%- endfor %}
            {%- set tool_call = message.tool_calls[0] %}
            {%- if tool_call.function %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {%- if message.thinking and not future.found %}
                {{- "<|start|>assistant<|channel|>analysis<|message|>" + message.thinking + "<|end|>" }}
            {%- endif %}
            {{- "<|start|>assistant to=" }}
            {{- "functions." + tool_call.name + "<|channel|>commentary " }}
            {{- (tool_call.content_type if tool_call.content_type is defined else "json") + "<|message|>" }}
            {{- tool_call.arguments|tojson }}
            {{- "<|call|>" }}
            {%- set last_tool_call.name = tool_call.name %}
        {%- elif loop.last and not add_generation_prompt %}
            {%- if "thinking" in message %}
                {{- "<|start|>assistant<|channel|>analysis<|message|>" + message.thinking + "<|end|>" }}
            {%- endif %}
            {{- "<|start|>assistant<|channel|>final<|message|>" + message.content + "<|return|>" }}
        {%- else %}
            {{- "<|start|>assistant<|channel|>final<|message|>" + message.content + "<|end|>" }}
            {%- set last_tool_call.name = none %}
        {%- endif %}
    {%- elif message.role == 'tool' -%}
        {%- if last_tool_call.name is none %}
            {{- raise_exception("A tool answers a call") }}
        {%- endif %}
        {{- "<|start|>functions." + last_tool_call.name }}
        {{- " to=assistant<|channel|>commentary<|message|>" + message.content|tojson + "<|end|>" }}
    {%- elif message.role == 'user' -%}
        {{- "<|start|>user<|message|>" + message.content + "<|end|>" }}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|start|>assistant
{%- endif -%}`,
  cases: [
    {
      what: 'turns',
      messages: [system, user, { ...assistant, thinking: 'Well.' }, next],
      values: { date: '2025-08-05' },
      expected:
        '<|start|>system<|message|>Current date: 2025-08-05\n\nReasoning: medium\n\n' +
        '# Valid channels: analysis, commentary, final.<|end|>' +
        '<|start|>developer<|message|># Instructions\n\nBe brief.<|end|><|start|>user<|message|>Hi<|end|>' +
        '<|start|>assistant<|channel|>final<|message|>Hello<|end|><|start|>user<|message|>Bye<|end|><|start|>assistant',
    },
    {
      what: 'tools',
      messages: [user, { ...call, thinking: 'Well.' }, toolResult],
      values: {
        date: '2025-08-05',
        reasoning_effort: 'low',
        tools: [
          {
            function: {
              name: 'weather',
              description: 'Weather of a city',
              parameters: {
                properties: {
                  city: { type: 'string' },
                  days: { type: 'array', items: { type: 'number' } },
                  unit: { type: 'string', enum: ['C', 'F'] },
                  at: { type: ['string', 'null'] },
                },
                required: ['city'],
              },
            },
          },
        ],
      },
      expected:
        '<|start|>system<|message|>Current date: 2025-08-05\n\nReasoning: low\n\n' +
        '# Valid channels: analysis, commentary, final.<|end|>' +
        '<|start|>developer<|message|># Tools\n\n## functions\n\nnamespace functions {\n\n// Weather of a city\n' +
        'type weather = (_: {\ncity: string,\ndays?: number[],\nunit?: "C" | "F",\nat?: string | null,\n}) => any;\n\n' +
        '} // namespace functions<|end|><|start|>user<|message|>Hi<|end|>' +
        '<|start|>assistant<|channel|>analysis<|message|>Well.<|end|>' +
        '<|start|>assistant to=functions.weather<|channel|>commentary json<|message|>{"city": "Bern"}<|call|>' +
        '<|start|>functions.weather to=assistant<|channel|>commentary<|message|>"rain"<|end|><|start|>assistant',
    },
    {
      what: 'the parts of an answer in one text',
      messages: [user, { role: 'assistant', content: '<|channel|>analysis<|message|>Well.<|end|>' }, next],
      expected: /fields of their own/,
    },
  ],
};

const zephyr: FamilyTemplate = {
  family: 'Zephyr (TinyLlama)',
  bos: '<s>',
  eos: '</s>',
  template: String.raw`{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>
'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello</s>\n<|user|>\nBye</s>\n<|assistant|>\n',
    },
  ],
};

const starCoder2: FamilyTemplate = {
  family: 'StarCoder2-instruct',
  bos: '<|endoftext|>',
  eos: '<|endoftext|>',
  template: String.raw`{{bos_token}}{{'You write code.

'}}
{%- for message in messages %}
    {%- if message['role'] == 'system' %}
        {{ raise_exception('No system messages') }}
    {%- else %}
        {%- if message['role'] == 'user' %}
{{'### Instruction
' + message['content'] + '

'}}
        {%- else %}
{{'### Response
' + message['content'] + eos_token + '

'}}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{{'### Response
'}}`,
  cases: [
    {
      what: 'turns',
      messages: [user, assistant, next],
      expected:
        '<|endoftext|>You write code.\n\n### Instruction\nHi\n\n### Response\nHello<|endoftext|>\n\n' +
        '### Instruction\nBye\n\n### Response\n',
    },
    { what: 'a system message', messages: dialogue, expected: /No system messages/ },
  ],
};

/** All families. */
export const FAMILY_TEMPLATES: readonly FamilyTemplate[] = [
  llama3,
  mistral,
  smolLm2,
  smolLm3,
  qwen2,
  qwen3,
  gemma,
  phi3,
  phi4,
  olmo2,
  granite,
  deepSeekR1,
  gptOss,
  zephyr,
  starCoder2,
];
