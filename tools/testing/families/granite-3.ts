import { dialogue, system, user, type FamilyTemplate } from './family.ts';

/** Granite 3: its constructs, and what its format asks for. */
export const granite: FamilyTemplate = {
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
