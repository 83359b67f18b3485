import { assistant, dialogue, user, type FamilyTemplate } from './family.ts';

/** OLMo 2: its constructs, and what its format asks for. */
export const olmo2: FamilyTemplate = {
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
