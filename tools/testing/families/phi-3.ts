import { assistant, dialogue, user, type FamilyTemplate } from './family.ts';

/** Phi-3: its constructs, and what its format asks for. */
export const phi3: FamilyTemplate = {
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
