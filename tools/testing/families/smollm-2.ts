import { dialogue, user, type FamilyTemplate } from './family.ts';

/** ChatML (SmolLM2): its constructs, and what its format asks for. */
export const smolLm2: FamilyTemplate = {
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
