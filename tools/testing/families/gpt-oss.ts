import { assistant, call, next, system, toolResult, user, type FamilyTemplate } from './family.ts';

/** gpt-oss: its constructs, and what its format asks for. */
export const gptOss: FamilyTemplate = {
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
