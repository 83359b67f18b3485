import { dialogue, type FamilyTemplate } from './family.ts';

/** Phi-4: its constructs, and what its format asks for. */
export const phi4: FamilyTemplate = {
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
