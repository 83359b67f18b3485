import { assistant, dialogue, next, user, type FamilyTemplate } from './family.ts';

/** StarCoder2-instruct: its constructs, and what its format asks for. */
export const starCoder2: FamilyTemplate = {
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
